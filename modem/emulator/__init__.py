"""Emulated modems on a virtual network, for tests of anything that speaks AT."""
