"""The shelf of routes: one file for each topic, with its records in ROUTES."""
