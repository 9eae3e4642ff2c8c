"""Values and decisions of the gateway, without I/O, clock or randomness."""
