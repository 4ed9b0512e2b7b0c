"""aiogram in an environment of its own: it asks for an older pydantic than the assistant runs on.

Made at the first use in `.venv-aiogram` from `bench/requirements-aiogram.lock`, which is written by
`uv pip compile bench/requirements-aiogram.in --universal --python-version 3.11 --generate-hashes
--no-emit-index-url --no-emit-find-links --output-file bench/requirements-aiogram.lock`.
"""

import asyncio
import hashlib
import sys
from pathlib import Path

from bench.processes import ROOT, DidNotWork

PLACE = ROOT / ".venv-aiogram"
LOCK = Path(__file__).resolve().parent / "requirements-aiogram.lock"
PATIENCE = 180.0
"""Seconds for the download."""


async def python() -> str:
    """The interpreter that has aiogram. DidNotWork says why there is none."""
    stamp = PLACE / hashlib.sha256(LOCK.read_bytes()).hexdigest()[:16]
    found = PLACE / "bin" / "python"
    if not stamp.exists():
        await _done(sys.executable, "-m", "venv", "--clear", str(PLACE))
        install = ("-m", "pip", "--disable-pip-version-check", "--no-input", "-qq", "install")
        await _done(str(found), *install, "--require-hashes", "-r", str(LOCK))
        stamp.touch()
    return str(found)


async def _done(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(PATIENCE):
            _, said = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise DidNotWork(f"not installed within {PATIENCE:.0f} s") from None
    if process.returncode:
        lines = said.decode(errors="replace").strip().splitlines()
        raise DidNotWork(lines[-1] if lines else f"ended with {process.returncode}")
