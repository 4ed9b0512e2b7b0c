"""The operator's settings: from the environment or a `.env` file, each checked with a clear error.

The only place that reads the environment.
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.shipped import is_content

PREFIX = "ALLIANCES_"
_TOKEN = re.compile(r"\d{6,}:[A-Za-z0-9_-]{30,}")
_URL = re.compile(r"https?://[^\s/]+(/\S*)?")
_HOURS = re.compile(r"([01]?\d|2[0-3]):([0-5]\d) ?- ?([01]?\d|2[0-3]):([0-5]\d)")

LogLevel = Literal["debug", "info", "warning", "error"]
Semantic = Literal["auto", "off"]


class SettingsError(ValueError):
    """One or more settings are wrong; the text says which, their value, and what to do, a line each."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the operator can set."""

    telegram_token: str | None = field(default=None, repr=False)
    """Secret; never shown. None: no Telegram."""
    telegram_api: str | None = None
    """Another Bot API server, without a trailing slash."""
    webhook_url: str | None = None
    """Public https address at which Telegram posts updates; None: they are polled."""
    webhook_secret: str | None = field(default=None, repr=False)
    """What Telegram shows with every update it posts; None: derived from the secret of the data folder."""
    rate: float = 30.0
    """Messages a second that Telegram allows this bot: 30, or up to 1000 where the operator pays."""
    data: Path = Path("data")
    """Folder of everything that is kept."""
    database: Path | None = None
    """The database file; None: `alliances.sqlite3` in the data folder."""
    content: Path | None = None
    """Folder holding flows/ and knowledge/; None: what came with the program."""
    staff: frozenset[int] = frozenset()
    """Numeric Telegram ids of administrators, who invite the others."""
    staff_group: int | None = None
    """The Telegram group where staff see to requests; None: each in their own chat."""
    contact: str = ""
    """Whom to reach when the assistant cannot help."""
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Paris"))
    quiet_hours: tuple[time, time] = (time(21), time(8))
    host: str = "127.0.0.1"
    port: int = 8080
    """0: any free port."""
    metrics_token: str | None = field(default=None, repr=False)
    """Who shows it may read /metrics from another machine."""
    log: LogLevel = "info"
    semantic: Semantic = "auto"
    """Whether messages are compared by meaning too: where the extra is installed and well, or never."""

    @property
    def database_file(self) -> Path:
        """Where the database lies."""
        return self.database or self.data / "alliances.sqlite3"

    @property
    def local(self) -> bool:
        """Local mode: the page is bound to loopback, and open."""
        return self.host in ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class Survey:
    """The settings as far as they can be read, where they stand, and what is wrong with the others."""

    settings: Settings
    file: Path | None
    """The `.env` that was found."""
    names: tuple[str, ...]
    """Variables that are set, ours only."""
    written: frozenset[str]
    """Those of them that stand in the file."""
    problems: tuple[str, ...]
    """One line each, beginning with the variable or the file."""


def read_settings(environment: Mapping[str, str] | None = None, *, folder: Path | None = None) -> Settings:
    """The settings, the environment before `.env` in `folder`.

    SettingsError names every wrong one at once.
    """
    found = survey_settings(environment, folder=folder)
    if found.problems:
        raise SettingsError("\n".join(found.problems))
    return found.settings


def survey_settings(environment: Mapping[str, str] | None = None, *, folder: Path | None = None) -> Survey:
    """As `read_settings`, but what is wrong is told in the result, and the rest is read all the same."""
    given = os.environ if environment is None else environment
    file = (folder or Path()) / ".env"
    problems: list[str] = []
    written: Mapping[str, str] = {}
    try:
        written = _written(file) if file.is_file() else {}
    except SettingsError as error:
        problems.append(str(error))
    raw = {name: value.strip() for name, value in {**written, **given}.items() if name.startswith(PREFIX)}
    readers = {PREFIX + name.upper(): name for name in READERS}
    problems += [_unknown(name, readers) for name in sorted(raw) if name not in readers]
    values: dict[str, object] = {}
    for variable, name in readers.items():
        if text := raw.get(variable, ""):
            try:
                values[name] = READERS[name](text)
            except ValueError as error:
                problems.append(f"{variable}: {error}")
    settings = Settings(**values)  # type: ignore[arg-type]  # each reader returns the type of its field
    names = tuple(name for name in sorted(raw) if raw[name])
    here = frozenset(name for name in names if written.get(name))
    return Survey(settings, file if file.is_file() else None, names, here, tuple(problems))


def spare_threads() -> None:
    """Keep the linear algebra of numpy to one thread, unless the operator wants more; before its import.

    OpenBLAS starts a thread for each further core at the import: 40 ms on two cores, and memory. Ours are
    products of small arrays, for which one is as fast.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def _written(file: Path) -> dict[str, str]:
    from dotenv import dotenv_values  # 15 ms, for those who have such a file

    try:
        return {name: value or "" for name, value in dotenv_values(file).items()}
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"{file}: cannot be read; it must be a text file in UTF-8") from None


def _unknown(name: str, known: Mapping[str, str]) -> str:
    from difflib import get_close_matches  # only for the error

    part = name.removeprefix(PREFIX)
    near = [one for one in known if part in one] or get_close_matches(name, known, n=1)
    return f"{name}: there is no such setting" + (f"; did you mean {near[0]}?" if near else "")


def _token(text: str) -> str:
    if not _TOKEN.fullmatch(text):
        raise ValueError(
            "this does not look like a token of @BotFather (123456789:AA…); its value is not shown here"
        )
    return text


def _url(text: str) -> str:
    if not _URL.fullmatch(text):
        raise ValueError(f"{text!r} is not an address; write for example http://localhost:8081")
    return text.rstrip("/")


def _webhook(text: str) -> str:
    if not text.startswith("https://") or not text.endswith("/telegram"):
        raise ValueError(
            f"{text!r} is not the public address of /telegram; write for example https://bot.exemple.fr/telegram"
        )
    return text


def _content(text: str) -> Path:
    folder = Path(text)
    if not is_content(folder):
        raise ValueError(f"{text!r} does not hold the folders flows/ and knowledge/")
    return folder


def _staff(text: str) -> frozenset[int]:
    pieces = [piece.strip() for piece in text.replace(";", ",").split(",") if piece.strip()]
    wrong = [piece for piece in pieces if not piece.isdigit()]
    if wrong:
        raise ValueError(
            f"{wrong[0]!r} is not a numeric Telegram id; names do not count, they can be taken by others"
        )
    return frozenset(int(piece) for piece in pieces)


def _staff_group(text: str) -> int:
    if not text.startswith("-") or not text[1:].isdigit() or not text.isascii():
        raise ValueError(
            f"{text!r} is not the id of a group; it begins with a minus, for example -1001234567890"
        )
    return int(text)


def _timezone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{text!r} is not a time zone; write for example Europe/Paris") from None


def _quiet_hours(text: str) -> tuple[time, time]:
    found = _HOURS.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is not a span of hours; write for example 21:00-08:00")
    return time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > 65535:
        raise ValueError(f"{text!r} is not a port; write a number from 1 to 65535")
    return int(text)


def _secret(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{16,256}", text):
        raise ValueError("write 16 to 256 of A-Z a-z 0-9 _ -; its value is not shown here")
    return text


def _rate(text: str) -> float:
    if not text.isdigit() or not 1 <= int(text) <= 1000:
        raise ValueError(
            f"{text!r} is not a pace; write messages a second, 30, or up to 1000 where you pay for it"
        )
    return float(text)


def _log(text: str) -> LogLevel:
    match text.lower():
        case "debug" | "info" | "warning" | "error" as level:
            return level
    raise ValueError(f"{text!r} is not a log level; write debug, info, warning or error")


def _semantic(text: str) -> Semantic:
    match text.lower():
        case "auto" | "off" as semantic:
            return semantic
    raise ValueError(f"{text!r} is not known; write auto or off")


def _database(text: str) -> Path:
    path = text.removeprefix("sqlite:///")
    if "://" in path:
        raise ValueError(
            f"{text.split('://', maxsplit=1)[0]!r} is not supported; write the path of an SQLite file"
        )
    return Path(path)


READERS: Mapping[str, Callable[[str], object]] = {
    "telegram_token": _token,
    "telegram_api": _url,
    "webhook_url": _webhook,
    "webhook_secret": _secret,
    "rate": _rate,
    "data": Path,
    "database": _database,
    "content": _content,
    "staff": _staff,
    "staff_group": _staff_group,
    "contact": str,
    "timezone": _timezone,
    "quiet_hours": _quiet_hours,
    "host": str,
    "port": _port,
    "metrics_token": _secret,
    "log": _log,
    "semantic": _semantic,
}
"""Field -> how its text is read; the variable is `ALLIANCES_` and the field in capitals."""
