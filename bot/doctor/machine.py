"""The computer and its settings: Python, what the settings say, time zone, clock."""

import os
import platform
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from bot.doctor.diagnosis import Diagnosis
from bot.settings import PREFIX, Survey

OLDEST = (3, 11)
"""The oldest Python that runs this program (`requires-python` of pyproject.toml)."""

MOST_APART = timedelta(seconds=60)
"""Beyond it, a wrong clock shows in reminders, and soon in certificates that are refused."""

OTHERS = 0o077


def python() -> Iterator[Diagnosis]:
    """The interpreter."""
    what = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    if sys.version_info[:2] >= OLDEST:
        yield Diagnosis("Python", "ok", what)
    else:
        yield Diagnosis("Python", "problem", what, "install Python 3.11 or later, then `make run`")


def settings(survey: Survey) -> Iterator[Diagnosis]:
    """What is set, where, and every setting that cannot be read."""
    where = f"{survey.file.absolute()}" if survey.file else f"no .env in {Path.cwd()}"
    names = ", ".join(name.removeprefix(PREFIX) for name in survey.names) or "nothing set"
    for problem in survey.problems:
        way_out = "correct it in .env or in the environment; .env.example explains each setting"
        yield Diagnosis("settings", "problem", problem, way_out)
    if not survey.problems:
        yield Diagnosis("settings", "ok", f"{where}; {names}")
    exposed = survey.file is not None and os.name == "posix" and survey.file.stat().st_mode & OTHERS
    if exposed and f"{PREFIX}TELEGRAM_TOKEN" in survey.written:
        what = "other users of this machine can read .env, which holds the token"
        yield Diagnosis("settings", "note", what, "run: chmod 600 .env")


def clock(survey: Survey, now: datetime, theirs: datetime | None) -> Iterator[Diagnosis]:
    """The local time, and how far the clock is from that of the Bot API server (None: it was not asked)."""
    local = f"{now.astimezone(survey.settings.timezone):%Y-%m-%d %H:%M} in {survey.settings.timezone.key}"
    if theirs is None:
        yield Diagnosis("clock", "ok", f"{local}; not compared with another clock")
        return
    apart = abs(now - theirs)
    what = f"{local}; {apart.total_seconds():.0f} s from the clock of the Bot API server"
    if apart <= MOST_APART:
        yield Diagnosis("clock", "ok", what)
    else:
        way_out = "let the system set its clock from the network (on Linux: timedatectl set-ntp true)"
        yield Diagnosis("clock", "problem", what, way_out)
