"""Files kept beside the database under the hash of their bytes. Whose they are is in the table `file`."""

import asyncio
import hashlib
import os
import re
import tempfile
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from bot.model.values import StoredFile
from bot.storage.errors import CannotKeep
from bot.storage.opening import sync_folder

_SHA256 = re.compile(r"[0-9a-f]{64}")


class Files:
    """A folder of files by their SHA-256; readable by their owner only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.trouble = ""
        """Why the last file could not be kept; empty when it could."""

    def path(self, sha256: str) -> Path:
        """Where the bytes of this hash lie, or would; ValueError if it is not a hash."""
        if not _SHA256.fullmatch(sha256):
            raise ValueError("not a SHA-256 in lower-case hexadecimal")
        return self._folder / sha256[:2] / sha256

    async def keep(self, data: bytes, *, name: str, media_type: str) -> StoredFile:
        """Put bytes on disk, durably, before anything refers to them. CannotKeep says what is in the way."""
        sha256 = await asyncio.to_thread(self.keep_now, data)
        return StoredFile(sha256=sha256, name=name, media_type=media_type, size=len(data))

    def keep_now(self, data: bytes) -> str:
        """As `keep`, blocking; the hash."""
        sha256 = hashlib.sha256(data).hexdigest()
        try:
            self._put(self.path(sha256), data)
        except OSError as error:
            self.trouble = f"no file can be kept in {self._folder}: {error.strerror}"
            raise CannotKeep(self.trouble) from error
        self.trouble = ""
        return sha256

    def _put(self, path: Path, data: bytes) -> None:
        if path.exists():
            path.touch()  # or it might be swept before the turn that refers to it is committed
            return
        for folder in (self._folder.parent, self._folder, path.parent):
            folder.mkdir(mode=0o700, exist_ok=True)
        # Under a name of its own (mode 0600) until it is whole: half a file is never found under the hash.
        handle, partial = tempfile.mkstemp(dir=path.parent, prefix="partial-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(partial, path)
        except OSError:
            os.unlink(partial)
            raise
        sync_folder(path.parent)

    async def read(self, sha256: str) -> bytes | None:
        """The bytes, None if they are gone."""
        try:
            return await asyncio.to_thread(self.path(sha256).read_bytes)
        except FileNotFoundError:
            return None

    def drop(self, sha256: str) -> None:
        """Remove the bytes; no error if they are gone."""
        self.path(sha256).unlink(missing_ok=True)

    def sweep(self, known: Collection[str], *, before: datetime) -> int:
        """Remove files that are nobody's; how many. What came later than `before` may yet be told of.

        A process that was killed while one came in, or a turn that was never taken, leaves them behind.
        """
        gone = 0
        for file in self._folder.glob("[0-9a-f][0-9a-f]/*"):
            if file.name not in known and file.stat().st_mtime < before.timestamp():
                file.unlink()
                gone += 1
        return gone
