"""Every setting, well and badly written; where they come from; and that the secret one is never shown."""

import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.settings import PREFIX, READERS, Settings, SettingsError, read_settings
from tests.journeys.program import ROOT

TOKEN = "123456789:AAabcdefghijklmnopqrstuvwxyz0123456"
CONTENT = str(ROOT)

GOOD = [
    ("TELEGRAM_TOKEN", TOKEN, TOKEN),
    ("TELEGRAM_API", "http://localhost:8081/", "http://localhost:8081"),
    ("TELEGRAM_API", "https://bots.example.org/api", "https://bots.example.org/api"),
    ("WEBHOOK_URL", "https://bot.example.org/telegram", "https://bot.example.org/telegram"),
    ("WEBHOOK_SECRET", "0123456789-abcdef_X", "0123456789-abcdef_X"),
    ("RATE", "1000", 1000.0),
    ("DATA", "/srv/alliances", Path("/srv/alliances")),
    ("DATABASE", "/srv/a.sqlite3", Path("/srv/a.sqlite3")),
    ("DATABASE", "sqlite:////srv/a.sqlite3", Path("/srv/a.sqlite3")),
    ("CONTENT", CONTENT, ROOT),
    ("STAFF", "17, 4711;99", frozenset({17, 4711, 99})),
    ("STAFF", " , ", frozenset()),
    ("STAFF_GROUP", "-1001234567890", -1001234567890),
    ("CONTACT", "Claire, 01 23 45 67 89", "Claire, 01 23 45 67 89"),
    ("TIMEZONE", "Indian/Reunion", ZoneInfo("Indian/Reunion")),
    ("QUIET_HOURS", "22:30-7:00", (time(22, 30), time(7))),
    ("QUIET_HOURS", "20:00 - 09:15", (time(20), time(9, 15))),
    ("HOST", "0.0.0.0", "0.0.0.0"),
    ("PORT", "0", 0),
    ("PORT", " 65535 ", 65535),
    ("METRICS_TOKEN", "0123456789abcdef", "0123456789abcdef"),
    ("LOG", "DEBUG", "debug"),
    ("SEMANTIC", "Off", "off"),
]

BAD = [
    ("TELEGRAM_TOKEN", "my-secret-token", "@BotFather"),
    ("TELEGRAM_TOKEN", f"bot{TOKEN}", "@BotFather"),
    ("TELEGRAM_API", "localhost:8081", "http://localhost:8081"),
    ("TELEGRAM_API", "ftp://localhost", "'ftp://localhost'"),
    ("WEBHOOK_URL", "http://bot.example.org/telegram", "https://"),
    ("WEBHOOK_URL", "bot.example.org", "https://"),
    ("WEBHOOK_SECRET", "short-secret", "16 to 256"),
    ("METRICS_TOKEN", "with space and more", "16 to 256"),
    ("RATE", "0", "'0'"),
    ("RATE", "fast", "'fast'"),
    ("DATABASE", "postgresql://me:pass@host/base", "'postgresql'"),
    ("CONTENT", "/nowhere", "flows/"),
    ("STAFF", "17, @claire", "'@claire'"),
    ("STAFF", "-100", "'-100'"),
    ("STAFF_GROUP", "4711", "-1001234567890"),
    ("STAFF_GROUP", "@equipe", "'@equipe'"),
    ("TIMEZONE", "Paris", "Europe/Paris"),
    ("TIMEZONE", "../etc/passwd", "Europe/Paris"),
    ("QUIET_HOURS", "21-8", "21:00-08:00"),
    ("QUIET_HOURS", "25:00-08:00", "'25:00-08:00'"),
    ("PORT", "http", "'http'"),
    ("PORT", "65536", "65535"),
    ("PORT", "-1", "'-1'"),
    ("PORT", "²", "'²'"),
    ("STAFF", "²", "'²'"),
    ("LOG", "verbose", "debug, info, warning or error"),
    ("SEMANTIC", "on", "auto or off"),
]


@pytest.mark.parametrize(("name", "text", "value"), GOOD)
def test_a_good_value_is_read(name: str, text: str, value: object, tmp_path: Path) -> None:
    settings = read_settings({PREFIX + name: text}, folder=tmp_path)
    assert getattr(settings, name.lower()) == value


@pytest.mark.parametrize(("name", "text", "hint"), BAD)
def test_a_bad_value_is_refused_with_its_name_and_what_to_write(
    name: str, text: str, hint: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings({PREFIX + name: text}, folder=tmp_path)
    assert str(refused.value).startswith(f"{PREFIX}{name}: ")
    assert hint in str(refused.value)


@pytest.mark.parametrize(
    ("name", "text"),
    [(name, text) for name, text, _ in BAD if "TOKEN" in name or "SECRET" in name or "@host" in text],
)
def test_a_refusal_never_shows_a_secret(name: str, text: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings({PREFIX + name: text}, folder=tmp_path)
    assert text not in str(refused.value)
    assert "pass@" not in str(refused.value)


def test_every_setting_has_its_reader_and_its_place_in_the_tables() -> None:
    assert list(READERS) == [one.name for one in fields(Settings)]
    assert {name.lower() for name, _, _ in GOOD} == set(READERS)


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings({"ALLIANCES_PORT": "x", "ALLIANCES_LOG": "y", "ALLIANCES_TOKEN": "z"}, folder=tmp_path)
    assert len(str(refused.value).splitlines()) == 3


@pytest.mark.parametrize(
    ("written", "meant"),
    [("ALLIANCES_TIMZONE", "ALLIANCES_TIMEZONE"), ("ALLIANCES_TOKEN", "ALLIANCES_TELEGRAM_TOKEN")],
)
def test_an_unknown_setting_is_refused_with_the_likely_one(written: str, meant: str, tmp_path: Path) -> None:
    with pytest.raises(
        SettingsError, match=rf"^{written}: there is no such setting; did you mean {meant}\?$"
    ):
        read_settings({written: "x"}, folder=tmp_path)


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "# a comment\nALLIANCES_PORT=1\nexport ALLIANCES_LOG='debug'\nALLIANCES_CONTACT=\nPATH=/nowhere\n"
    )
    settings = read_settings({"ALLIANCES_PORT": "2", "HOME": "/"}, folder=tmp_path)
    assert (settings.port, settings.log, settings.contact) == (2, "debug", "")


def test_an_empty_value_is_the_default(tmp_path: Path) -> None:
    empty = {PREFIX + name.upper(): " " for name in READERS}
    assert read_settings(empty, folder=tmp_path) == Settings()


def test_a_file_that_is_not_text_is_told(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"ALLIANCES_CONTACT=\xff\xfe")
    with pytest.raises(SettingsError, match=r"\.env"):
        read_settings({}, folder=tmp_path)


def test_the_token_is_in_no_description_of_the_settings() -> None:
    settings = Settings(telegram_token=TOKEN)
    assert TOKEN not in f"{settings!r} {settings}"


@pytest.mark.parametrize("readme", ["README.md", "README.fr.md"])
def test_the_table_of_the_readme_is_the_settings(readme: str) -> None:
    assert list(_told(readme)) == [PREFIX + name.upper() for name in READERS]


def test_the_example_names_every_setting_and_is_valid(tmp_path: Path) -> None:
    example = (ROOT / ".env.example").read_text()
    assert sorted(re.findall(r"^#(ALLIANCES_\w+)=", example, re.M)) == sorted(
        PREFIX + name.upper() for name in READERS
    )
    (tmp_path / ".env").write_text(re.sub(r"^#(?=ALLIANCES_)", "", example, flags=re.M))
    assert read_settings({}, folder=tmp_path) == Settings()


@pytest.mark.parametrize("readme", ["README.md", "README.fr.md"])
def test_the_defaults_in_the_readme_are_the_real_ones(readme: str, tmp_path: Path) -> None:
    written = {name: default for name, default in _told(readme).items() if default}
    assert set(written) >= {"ALLIANCES_DATA", "ALLIANCES_HOST", "ALLIANCES_PORT", "ALLIANCES_LOG"}
    assert read_settings(written, folder=tmp_path) == Settings()


def _told(readme: str) -> dict[str, str]:
    """Setting -> its default, where the table writes one as code and nothing else."""
    return dict(_rows((ROOT / readme).read_text(encoding="utf-8")))


def _rows(text: str) -> Iterator[tuple[str, str]]:
    for name, default in re.findall(r"^\| `(ALLIANCES_\w+)` \| ([^|]*?) \|", text, re.M):
        code = re.fullmatch(r"`([^`]*)`", default)
        yield name, code[1] if code else ""
