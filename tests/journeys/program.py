"""The real program as a process of its own, with settings, files and output of its own."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 20.0
"""Seconds for what the program does at once on a machine that is not busy."""
CONTACT = "Claire, 01 23 45 67 89"
"""Whom the conversation tests reach, see `new_world`."""

Settings = Mapping[str, str | Path | int]
"""Field of the settings -> its text."""


def environment(settings: Settings) -> dict[str, str]:
    """The environment of the machine with these settings of ours and no others; by words."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ALLIANCES_")}
    settings = {"semantic": "off", **settings}
    ours = {f"ALLIANCES_{name.upper()}": str(value) for name, value in settings.items()}
    return {**kept, **ours, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "default"}


def alliances(
    *arguments: str, folder: Path, typed: str = "", settings: Settings | None = None
) -> subprocess.CompletedProcess[str]:
    """`alliances …` from beginning to end, in `folder`, with `typed` on its standard input."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        input=typed,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=3 * PATIENCE,
        cwd=folder,
        env=environment({"data": folder / "data", **(settings or {})}),
        check=False,
    )


class Program:
    """`alliances …` that goes on until it is stopped: `with Program("run", folder=…) as program:`."""

    def __init__(
        self, *arguments: str, folder: Path, settings: Settings | None = None, module: str = "bot"
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._out, self._err = folder / "stdout", folder / "stderr"
        with self._out.open("ab") as out, self._err.open("ab") as err:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                cwd=folder,
                env=environment({"data": folder / "data", "contact": CONTACT, **(settings or {})}),
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            error.add_note(
                f"the program {'runs' if self.running else 'ended'}; it logged: {self.err[-4000:]}"
            )
        if self.running:
            self.kill()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def out(self) -> str:
        """All that stands on standard output, of earlier processes in the same folder too."""
        return self._out.read_text(encoding="utf-8")

    @property
    def err(self) -> str:
        """The same of standard error."""
        return self._err.read_text(encoding="utf-8")

    def prints(self, pattern: str) -> re.Match[str]:
        """Wait until standard output holds this. AssertionError with both outputs if it does not come."""
        return self._waits(self._out, pattern)

    def logs(self, pattern: str) -> re.Match[str]:
        """The same of standard error."""
        return self._waits(self._err, pattern)

    def _waits(self, file: Path, pattern: str) -> re.Match[str]:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if found := re.search(pattern, file.read_text(encoding="utf-8")):
                return found
            if not self.running:
                break
            time.sleep(0.02)
        raise AssertionError(f"{pattern!r} did not come; out: {self.out!r}; err: {self.err!r}")

    def ends(self) -> int:
        """Wait for the end; the exit status."""
        return self._process.wait(PATIENCE)

    def stop(self) -> int:
        """Ask it to end as a service manager does; the exit status."""
        self._process.send_signal(signal.SIGTERM)
        return self.ends()

    def kill(self) -> None:
        """End it as a power cut does."""
        self._process.kill()
        self._process.wait(PATIENCE)

    @property
    def running(self) -> bool:
        return self._process.poll() is None


PAGE = r"The page: (http://\S+?)/ "


def page_of(program: Program) -> str:
    """Where the page of a running program is, without a slash at the end."""
    return program.prints(PAGE)[1]
