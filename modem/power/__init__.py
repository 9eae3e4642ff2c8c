"""Resets USB devices and switches their power: what may be done to which one, and the program that has the rights.

The program (`helper`) runs as root, one process per request, started by systemd's socket `gsm-gateway-usb.socket`. It
imports nothing but this room and the standard library. The gateway, which has no such rights, asks it through
`modem.driver.usb_power`.
"""
