"""The SIM card: who the subscriber is, its files, locks, phonebook and memory."""
