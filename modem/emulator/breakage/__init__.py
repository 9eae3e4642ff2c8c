"""The machine that breaks: faults on their board, and what they do to an answer."""
