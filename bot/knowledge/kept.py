"""Files kept to save time between two starts: replaced as a whole or not at all, read by their owner only."""

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

UNREADABLE = (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile)
"""What reading kept arrays raises when they are damaged, of an older program, or gone."""


def keep(folder: Path, name: str, write: Callable[[BinaryIO], object]) -> None:
    """Put a file into the cache folder, if that can be; without it the next start only takes longer.

    Two processes may do so at once: each replaces the file by a whole one of its own. Mode 0600: phrasings
    may quote people of the association.
    """
    with suppress(OSError):
        folder.mkdir(mode=0o700, exist_ok=True)  # without parents: a short command makes no data folder
        handle, made = tempfile.mkstemp(dir=folder, prefix=f".{name}-")  # made with mode 0600
        try:
            with os.fdopen(handle, "wb") as file:
                write(file)
            os.replace(made, folder / name)
        except BaseException:
            os.unlink(made)
            raise


def files_digest(files: Iterable[Path]) -> str:
    """Changes with the contents of files, in this order. OSError if one cannot be read."""
    digest = hashlib.sha256()
    for path in files:
        content = path.read_bytes()
        digest.update(len(content).to_bytes(8, "big"))
        digest.update(content)
    return digest.hexdigest()
