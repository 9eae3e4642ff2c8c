"""Faults as a host meets them, one file per family."""
