"""Measures the figures of the README's promises on emulated modems: `python -m tests.bench`."""
