"""AT commands without I/O: octets to events, for the host (`host`) and for the modem (`device`)."""
