"""The shelf of actions: one file for each topic, with its models in ACTIONS."""
