from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HASHING = """
import sys
from gateway.service.passwords import hash_password
from gateway.tuning import tune_process
from tests.support.box import rss_mb

if sys.argv[1] == "tuned":
    tune_process()
hash_password("one")
before_mb = rss_mb("self")
for password in ("two", "three"):
    hash_password(password)
print(rss_mb("self") - before_mb)
"""


def growth_mb(how: str) -> float:
    root = Path(__file__).parents[2]
    ran = subprocess.run([sys.executable, "-c", HASHING, how], cwd=root, check=True, capture_output=True, text=True)
    return float(ran.stdout)


def test_the_memory_of_a_password_hash_goes_back_to_the_system() -> None:
    # RFC 7914 5: scrypt with n = 2^14 and r = 8 works in 128 r n octets, 16 MiB.
    if growth_mb("plain") < 8:
        pytest.skip("this C library gives the memory back by itself")

    assert growth_mb("tuned") < 8


COLLECTING = """
import gc, weakref
from gateway.tuning import keep_what_is_there

class Circle:
    def __init__(self):
        self.me = self

before = Circle()
keep_what_is_there()
later = Circle()
gone = [weakref.ref(before), weakref.ref(later)]
del before, later
gc.collect()
print(gc.get_freeze_count() > 1000, *(one() is None for one in gone))
"""


def test_circles_made_after_the_start_are_collected_and_the_start_is_left_alone() -> None:
    root = Path(__file__).parents[2]
    ran = subprocess.run([sys.executable, "-c", COLLECTING], cwd=root, check=True, capture_output=True, text=True)

    assert ran.stdout.split() == ["True", "False", "True"]


READING = """
import resource, socket
from gateway.tuning import tune_process

tune_process()
here, there = socket.socketpair()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(1000):
    here.send(b"x" * 250)
    there.recv(256 * 1024)  # as much as asyncio asks for
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def test_a_read_of_a_socket_fetches_no_memory_from_the_system() -> None:
    root = Path(__file__).parents[2]
    ran = subprocess.run([sys.executable, "-c", READING], cwd=root, check=True, capture_output=True, text=True)

    assert int(ran.stdout) < 1000, "page faults of 1000 reads"
