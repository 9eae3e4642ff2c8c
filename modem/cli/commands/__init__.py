"""The commands of `gsm-modem`: each file defines `COMMAND`, a click command, and imports what is heavy when it runs."""
