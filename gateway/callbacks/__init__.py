"""The requests that we owe customers: sent, signed, retried."""
