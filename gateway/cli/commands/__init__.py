"""One file per command of `gsm-gateway`, each with a click command named `command`."""
