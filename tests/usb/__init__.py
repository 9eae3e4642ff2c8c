"""The installed package on real USB: a Debian guest whose modems are USB devices under the kernel's own drivers.

`make usb` runs these tests, nothing else does. They need root, QEMU and the usbbox scripts, which are no part of this
project: the folder that the environment variable USBBOX_SCRIPTS names, by default `../shared/usbbox` beside the
project's root. What is missing is said in the skip.
"""
