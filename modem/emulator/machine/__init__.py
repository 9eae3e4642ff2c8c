"""One emulated modem as a state machine: octets of a host in, octets and radio events out."""
