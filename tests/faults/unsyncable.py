"""`python -m tests.faults.unsyncable …`: `alliances …`, whose fsync fails once the file `fail` is there.

The kernel refuses the calls (seccomp(2)): nothing of the program is replaced.
"""

import ctypes
import errno
import platform
import struct
import threading
import time
from pathlib import Path

from bot.cli import main

# The numbers of seccomp, fsync and fdatasync (syscall tables of Linux).
CALLS = {"x86_64": (317, 74, 75), "aarch64": (277, 82, 83)}
FAIL = Path("fail")

PR_SET_NO_NEW_PRIVS, SET_MODE_FILTER, ALL_THREADS = 38, 1, 1
LOAD, IF_EQUAL, ANSWER = 0x20, 0x15, 0x06
ALLOW, ERRNO = 0x7FFF0000, 0x00050000


def refuse() -> None:
    """From now on fsync and fdatasync end with EIO, in every thread of this process."""
    seccomp, *calls = CALLS[platform.machine()]
    steps = [(LOAD, 0, 0, 0)]
    steps += [(IF_EQUAL, len(calls) - place, 0, call) for place, call in enumerate(calls)]
    steps += [(ANSWER, 0, 0, ALLOW), (ANSWER, 0, 0, ERRNO | errno.EIO)]
    code = b"".join(struct.pack("HBBI", *step) for step in steps)
    kept = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("HxxxxxxQ", len(steps), ctypes.addressof(kept))
    library = ctypes.CDLL(None, use_errno=True)
    library.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if library.syscall(seccomp, SET_MODE_FILTER, ALL_THREADS, program):
        raise OSError(ctypes.get_errno(), "seccomp")
    FAIL.unlink()


def _watch() -> None:
    while not FAIL.exists():
        time.sleep(0.01)
    refuse()


if __name__ == "__main__":
    threading.Thread(target=_watch, daemon=True).start()
    main()
