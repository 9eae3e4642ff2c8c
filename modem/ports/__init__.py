"""Which serial ports there are, which modem each belongs to, what each is for, and who has it.

The pure half decides (`facts`, `bridges`, `grouping`, `choice`, `settling`), the other one looks: `sysfs` and `holders`
read files, `uevents` hears of what is plugged in and out, `finder` puts them together. Nothing in this room opens a
serial port.
"""
