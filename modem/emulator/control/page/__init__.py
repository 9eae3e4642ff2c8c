"""The page for people: the virtual phones as conversations, the modems as cards, live."""
