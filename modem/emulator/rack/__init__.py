"""Many machines with real ports, on one clock: the half that does I/O."""
