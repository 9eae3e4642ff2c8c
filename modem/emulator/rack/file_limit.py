"""Open files of this process: as many as a big rack needs, or a plain error."""

from __future__ import annotations

import errno
import resource


def allow_files(count: int) -> None:
    """Allow at least `count` open files, up to the hard limit. Raises OSError that says how to raise that."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= count:
        return
    if hard != resource.RLIM_INFINITY and hard < count:
        message = f"{count} open files are needed and the system allows {hard}; raise that limit (ulimit -Hn) first"
        raise OSError(errno.EMFILE, message)
    resource.setrlimit(resource.RLIMIT_NOFILE, (count if hard == resource.RLIM_INFINITY else hard, hard))
