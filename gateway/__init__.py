"""The SMS gateway: takes messages by HTTP, sends them by modems, reports back."""

__version__ = "0.1.0"
