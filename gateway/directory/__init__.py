"""Lists that callers work on: contacts with tags, templates, sender names; and their upkeep by command line and CSV."""
