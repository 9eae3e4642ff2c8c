"""What strace saw a process do to the files of one folder, done once more to the model of a disk.

strace -f writes a line as a call ends, and two lines (unfinished, resumed) when another thread's call comes between. A
write counts from its end; a sync takes along what had ended before it began. A call in which the process was killed has
no end: a sync then promises nothing, and a write may or may not be in the cache.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from tests.crash.disk import Disk, Truncate, Write

PROGRAM: Final = "strace"
_CALLS: Final = (
    "openat,creat,write,pwrite64,writev,pwritev,pwritev2,ftruncate,truncate,fallocate,"
    "fsync,fdatasync,sync_file_range,unlink,unlinkat,rename,renameat,renameat2,link,linkat,copy_file_range,sendfile"
)
_SYNCS: Final = ("fsync", "fdatasync")
LONGEST_WRITE_OCTETS: Final = 8 * 1024 * 1024
_LINE: Final = re.compile(r"(\d+) +(?:<\.\.\. (\w+) resumed>(.*)|(\w+)\((.*))")
_ENDED: Final = re.compile(r"(.*)\) += (-?\d+|\?)(?:<[^>]*>)?(?: .*)?")
_DESCRIPTOR: Final = re.compile(r"(\d+)<([^>]*)>")
_TEXT: Final = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')
_UNFINISHED: Final = " <unfinished ...>"


class TraceError(Exception):
    """The trace has something of which the model knows nothing."""


def traced(command: list[str], trace: Path, folder: Path, names: Iterable[str]) -> list[str]:
    """Give the command that runs `command`, as the same process, with what it does to these files on record."""
    paths = [part for path in (folder, *(folder / name for name in names)) for part in ("-P", str(path))]
    options = ["-DD", "-f", "--seccomp-bpf", "-y", "-xx", "-s", str(LONGEST_WRITE_OCTETS), "-e", "signal=none"]
    return [PROGRAM, *options, "--quiet=attach,path-resolution,personality,thread-execve", "-e", f"trace={_CALLS}",
            *paths, "-o", str(trace), *command]  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Begun:
    """A call begins; `number` finds its end."""

    number: int
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class _Ended:
    """A call ends."""

    number: int
    name: str
    arguments: str
    result: int


def replay(lines: Iterable[str], disk: Disk, folder: Path, names: Iterable[str]) -> None:
    """Do what the trace says to `disk`, to files called `names` in `folder`. Raises TraceError."""
    replayer = _Replayer(disk, folder, frozenset(names))
    for event in _events(lines):
        replayer.do(event)


def _events(lines: Iterable[str]) -> Iterator[_Begun | _Ended]:
    open_calls: dict[str, _Begun] = {}
    for number, raw in enumerate(lines):
        line = raw.rstrip("\n")
        found = _LINE.fullmatch(line)
        if found is None:
            continue  # +++ exited, or the line that the end of the system cut
        thread, resumed, rest, name, arguments = found.groups()
        if resumed is not None:
            begun = open_calls.pop(thread)
            text = begun.arguments + rest
        elif arguments.endswith(_UNFINISHED):
            open_calls[thread] = begun = _Begun(number, name, arguments.removesuffix(_UNFINISHED))
            yield begun
            continue
        else:
            begun, text = _Begun(number, name, arguments), arguments
            yield begun
        ended = _ENDED.fullmatch(text)
        if ended is not None and ended[2] != "?":
            yield _Ended(begun.number, begun.name, ended[1], int(ended[2]))


class _Replayer:
    def __init__(self, disk: Disk, folder: Path, names: frozenset[str]) -> None:
        self._disk = disk
        self._folder = str(folder)
        self._names = names
        self._places: dict[int, int | None] = {}
        """Where each descriptor writes next, None for the end of its file."""
        self._syncs: dict[int, tuple[str, int] | int] = {}

    def do(self, event: _Begun | _Ended) -> None:
        if isinstance(event, _Begun):
            if event.name in _SYNCS:
                self._begin_sync(event)
        elif event.result >= 0:
            act = self._ACTS.get(event.name)
            if act is not None:
                act(self, event)
            elif self._file_of(event.arguments) is not None or self._named(event.arguments):
                message = f"{event.name} is not in the model: {event.arguments[:200]}"
                raise TraceError(message)

    def _begin_sync(self, event: _Begun) -> None:
        path = _path_of(event.arguments)
        name = self._name_of(path)
        if name is not None:
            self._syncs[event.number] = self._disk.begin_sync(name)
        elif path == self._folder:
            self._syncs[event.number] = self._disk.begin_folder_sync()

    def _end_sync(self, event: _Ended) -> None:
        begun = self._syncs.pop(event.number, None)
        if isinstance(begun, tuple):
            self._disk.end_sync(begun)
        elif begun is not None:
            self._disk.end_folder_sync(begun)

    def _open(self, event: _Ended) -> None:
        flags = event.arguments.rpartition('", ')[2].split(",")[0].split("|")
        for name in self._named(event.arguments):
            if "O_CREAT" in flags and not self._disk.has(name):
                self._disk.create(name)
            if "O_TRUNC" in flags and self._disk.length(name):
                self._disk.change(name, Truncate(0))
            self._places[event.result] = None if "O_APPEND" in flags else 0

    def _write(self, event: _Ended) -> None:
        name = self._file_of(event.arguments)
        if name is None:
            return
        (data,) = _texts(event.arguments)
        data = data[: event.result]
        if event.name == "pwrite64":
            self._disk.change(name, Write(int(event.arguments.rpartition(", ")[2]), data))
            return
        found = _DESCRIPTOR.match(event.arguments)
        descriptor = int(found[1]) if found is not None else -1
        place = self._places[descriptor]
        self._disk.change(name, Write(self._disk.length(name) if place is None else place, data))
        if place is not None:
            self._places[descriptor] = place + len(data)

    def _truncate(self, event: _Ended) -> None:
        name = self._file_of(event.arguments)
        if name is not None:
            self._disk.change(name, Truncate(int(event.arguments.rpartition(", ")[2])))

    def _unlink(self, event: _Ended) -> None:
        for name in self._named(event.arguments):
            self._disk.remove(name)

    def _rename(self, event: _Ended) -> None:
        old, new = (self._name_of(os.fsdecode(text)) for text in _texts(event.arguments))
        if old is None and new is None:
            return
        if old is None or new is None:
            message = f"a name comes from or goes to another folder: {event.arguments}"
            raise TraceError(message)
        self._disk.rename(old, new)

    _ACTS: ClassVar = {
        **dict.fromkeys(_SYNCS, _end_sync),
        "openat": _open,
        "write": _write,
        "pwrite64": _write,
        "ftruncate": _truncate,
        "unlink": _unlink,
        "rename": _rename,
    }

    def _file_of(self, arguments: str) -> str | None:
        return self._name_of(_path_of(arguments))

    def _named(self, arguments: str) -> list[str]:
        names = (self._name_of(os.fsdecode(text)) for text in _texts(arguments))
        return [name for name in names if name is not None]

    def _name_of(self, path: str) -> str | None:
        folder, _, name = path.rpartition("/")
        return name if folder == self._folder and name in self._names else None


def _path_of(arguments: str) -> str:
    """Give the file behind the descriptor that comes first; "" when none does."""
    found = _DESCRIPTOR.match(arguments)
    return "" if found is None else os.fsdecode(_octets(found[2]))


def _texts(arguments: str) -> list[bytes]:
    texts = []
    for found in _TEXT.finditer(arguments):
        if found[2]:
            message = f"strace cut a text short: {arguments[:200]}"
            raise TraceError(message)
        texts.append(_octets(found[1]))
    return texts


def _octets(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))
