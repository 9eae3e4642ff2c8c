"""The databases that keep the contract of `gateway.store.backend`, one folder each."""
