"""What a gateway process asks of the C library and of the interpreter before it works."""

from __future__ import annotations

import ctypes
import gc
import sys
from typing import Final

# mallopt(3), glibc: blocks of this size and more get pages of their own, which go back to the system when freed. Each
# costs system calls: it must stay well above the 256 KiB that asyncio allocates for every read of a socket.
_M_MMAP_THRESHOLD: Final = -3
_OWN_PAGES_OCTETS: Final = 4 * 1024 * 1024
# From how much free memory at the end of the heap on it goes back to the system. Setting the threshold above fixes this
# one at 128 KiB: every read of a socket would fetch its 256 KiB from the system and give them back, page by page.
_M_TRIM_THRESHOLD: Final = -1
_KEPT_FREE_OCTETS: Final = 1024 * 1024
# The loop and the store's writer take turns under one lock; with Python's 5 ms one waits for the other too long.
_SWITCH_INTERVAL_S: Final = 0.001
# How many more objects may have come than gone before the youngest are searched for unreachable circles. Nearly all
# objects of a request go by themselves; with Python's 700 a search comes every few requests and finds nothing.
_YOUNG_OBJECTS: Final = 20_000


def tune_process() -> None:
    """Keep resident memory small and the threads quick to take turns.

    scrypt works in 16 MiB. When such a block is freed for the first time, glibc raises its own threshold above that
    size and keeps the next one for ever. A threshold once set stays. Other C libraries lack mallopt or ignore it.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _OWN_PAGES_OCTETS)
        mallopt(_M_TRIM_THRESHOLD, _KEPT_FREE_OCTETS)
    sys.setswitchinterval(_SWITCH_INTERVAL_S)


def keep_what_is_there() -> None:
    """Have the garbage collector look at nothing that exists now, and at the rest less often; once all is started.

    What a start has made (modules, settings, tables) stays for good; searching it with every full collection stops
    everybody for tens of milliseconds. Circles among later objects are found as before.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS)
