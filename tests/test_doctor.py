"""`alliances doctor`: each check on a real disk, a real database, and the stand-in of the Bot API."""

import asyncio
import json
import os
import shutil
import sqlite3
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.doctor import examine, status_of
from bot.doctor.diagnosis import Diagnosis, as_json, as_text
from bot.doctor.folder import disk, file_system
from bot.doctor.machine import clock as clock_check
from bot.flows.phrases import COMMANDS
from bot.runtime.clock import SystemClock
from bot.settings import survey_settings
from bot.storage.database_files import hold_serving_lock
from bot.storage.opening import kind_of_file_system
from bot.storage.sqlite import Sqlite
from tests.journeys.program import ROOT, alliances
from tests.telegram_api import TOKEN, BotApi, faults
from tests.telegram_api.call import Answer
from tests.telegram_api.faults import Fault

TEN = ROOT / "tests" / "broken" / "ten"
OTHER = "800000002:another-token-of-a-bot-that-nobody-knows-ABC"
CHECKED_ALWAYS = {"Python", "settings", "data folder", "disk", "database", "assistant", "secret", "content"}
CHECKED_ALWAYS |= {"reviews", "index cache", "semantic", "clock"}


class Moved(SystemClock):
    """A clock that is wrong by so much."""

    def __init__(self, by: timedelta = timedelta()) -> None:
        self._by = by

    def now(self) -> datetime:
        return super().now() + self._by


async def diagnose(
    folder: Path, clock: SystemClock | None = None, **settings: Any
) -> Mapping[str, list[Diagnosis]]:
    """What the doctor says about an assistant in this folder, by the name of the check.

    Its content is small, and broken, unless another is given.
    """
    given = {"data": folder / "data", "content": TEN, **settings}
    environment = {f"ALLIANCES_{name.upper()}": str(value) for name, value in given.items()}
    found = await examine(survey_settings(environment, folder=folder), clock or SystemClock())
    told: dict[str, list[Diagnosis]] = {}
    for one in found:
        assert one.what and "\n" not in one.name
        assert one.state != "problem" or one.way_out, one
        assert not any(token in repr(one) for token in (TOKEN, TOKEN[10:], OTHER, OTHER[10:]))
        told.setdefault(one.name, []).append(one)
    return told


@pytest.fixture
async def kept(tmp_path: Path) -> Path:
    """A folder in which an assistant has run."""
    (tmp_path / "data").mkdir(mode=0o700)
    database = await Sqlite.open(tmp_path / "data" / "alliances.sqlite3")
    await database.close()
    (tmp_path / "data" / "secret").write_bytes(b"s" * 32)
    (tmp_path / "data" / "secret").chmod(0o600)
    return tmp_path


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi() as api:
        yield api


# --- this machine -------------------------------------------------------------------------------------------


async def test_a_first_start_has_no_problem_and_nothing_is_made(tmp_path: Path) -> None:
    told = await diagnose(tmp_path, content=ROOT)
    assert set(told) == CHECKED_ALWAYS | {"Telegram"}
    assert not [one for ones in told.values() for one in ones if one.state == "problem"]
    assert "@BotFather" in told["Telegram"][0].way_out
    assert list(tmp_path.iterdir()) == []


async def test_an_assistant_that_has_run_is_well(kept: Path) -> None:
    told = await diagnose(kept)
    assert {name for name in ("data folder", "database", "secret") if told[name][0].state == "ok"} == {
        "data folder",
        "database",
        "secret",
    }


async def test_a_running_assistant_is_seen(kept: Path) -> None:
    assert (await diagnose(kept))["assistant"][0].state == "note"
    release = hold_serving_lock(kept / "data" / "alliances.sqlite3")
    assert (await diagnose(kept))["assistant"][0].state == "ok"
    release()
    assert (await diagnose(kept))["assistant"][0].state == "note"


async def test_settings_say_where_they_stand_and_never_their_values(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"ALLIANCES_CONTACT=claire@exemple.fr\nALLIANCES_TELEGRAM_TOKEN={OTHER}\n")
    (tmp_path / ".env").chmod(0o644)
    told = await diagnose(tmp_path, telegram_api="http://127.0.0.1:9")
    what = told["settings"][0].what
    assert str(tmp_path / ".env") in what and "CONTACT, CONTENT, DATA, TELEGRAM_API, TELEGRAM_TOKEN" in what
    assert "claire@" not in what
    assert [one.state for one in told["settings"]] == ["ok", "note"]
    (tmp_path / ".env").chmod(0o600)
    assert [one.state for one in (await diagnose(tmp_path))["settings"]] == ["ok"]


async def test_every_wrong_setting_is_told_and_the_rest_is_looked_at_all_the_same(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("ALLIANCES_TIMZONE=Europe/Paris\n")
    told = await diagnose(tmp_path, port="http", telegram_token="secret-of-nobody")
    assert [one.state for one in told["settings"]] == ["problem"] * 3
    text = " ".join(one.what for one in told["settings"])
    assert "did you mean ALLIANCES_TIMEZONE?" in text and "'http'" in text
    assert "secret-of-nobody" not in text
    assert "see settings" in told["Telegram"][0].what
    assert told["content"] and told["data folder"]


async def test_an_env_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"ALLIANCES_CONTACT=\xff\xfe")
    told = await diagnose(tmp_path)
    assert ".env" in told["settings"][0].what and told["settings"][0].state == "problem"


@pytest.mark.parametrize(
    ("settings", "hint"),
    [
        ({"webhook_url": "https://bot.example.org/telegram"}, "ALLIANCES_WEBHOOK_URL"),
        ({"host": "0.0.0.0"}, "ALLIANCES_HOST"),
    ],
)
async def test_settings_that_need_a_token_are_a_problem_without_one(
    tmp_path: Path, settings: dict[str, Any], hint: str
) -> None:
    (found,) = (await diagnose(tmp_path, **settings))["Telegram"]
    assert found.state == "problem" and hint in found.what


# --- the data folder ----------------------------------------------------------------------------------------


def a_file(folder: Path) -> None:
    shutil.rmtree(folder / "data")
    (folder / "data").write_text("not a folder")


def below_a_file(folder: Path) -> None:
    a_file(folder)
    (folder / "data").rename(folder / "taken")
    (folder / "data").symlink_to(folder / "taken" / "below")


def open_folder(folder: Path) -> None:
    (folder / "data").chmod(0o755)


def open_database(folder: Path) -> None:
    (folder / "data" / "alliances.sqlite3").chmod(0o644)


def not_a_database(folder: Path) -> None:
    (folder / "data" / "alliances.sqlite3").write_bytes(b"this is no database" * 500)


def damaged_database(folder: Path) -> None:
    file = folder / "data" / "alliances.sqlite3"
    body = bytearray(file.read_bytes())
    body[4096:8192] = b"\xff" * 4096
    file.write_bytes(body)


def later_database(folder: Path) -> None:
    _version(folder, 999)


def earlier_database(folder: Path) -> None:
    _version(folder, 1)


def _version(folder: Path, number: int) -> None:
    connection = sqlite3.connect(folder / "data" / "alliances.sqlite3")
    connection.execute(f"PRAGMA user_version = {number}")
    connection.close()


def open_secret(folder: Path) -> None:
    (folder / "data" / "secret").chmod(0o644)


def short_secret(folder: Path) -> None:
    (folder / "data" / "secret").write_bytes(b"short")


def no_secret(folder: Path) -> None:
    (folder / "data" / "secret").unlink()


@pytest.mark.parametrize(
    ("damage", "check", "state", "hint"),
    [
        (a_file, "data folder", "problem", "not a folder"),
        (below_a_file, "data folder", "problem", "data"),
        (open_folder, "data folder", "note", "chmod 700"),
        (open_database, "database", "problem", "chmod 600"),
        (not_a_database, "database", "problem", "restore"),
        (damaged_database, "database", "problem", "restore"),
        (later_database, "database", "problem", "later version"),
        (earlier_database, "database", "note", "next start"),
        (open_secret, "secret", "problem", "chmod 600"),
        (short_secret, "secret", "problem", "damaged"),
        (no_secret, "secret", "note", "backup"),
    ],
)
async def test_what_is_wrong_with_the_data_is_told_with_the_way_out(
    kept: Path, damage: Any, check: str, state: str, hint: str
) -> None:
    assert (await diagnose(kept))[check][0].state == "ok"
    damage(kept)
    told = await diagnose(kept)
    found = told[check][0]
    assert found.state == state
    assert hint in f"{found.what} {found.way_out}"
    assert set(told) >= CHECKED_ALWAYS, "whatever is wrong, every check is made"


def test_a_full_disk_is_a_problem(tmp_path: Path) -> None:
    (one,) = disk(tmp_path / "not" / "there")
    assert one.state == "ok"
    (one,) = disk(tmp_path, room=2**80)
    assert one.state == "problem" and "make room" in one.way_out


MOUNTS = """\
22 27 0:21 / /proc rw - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 27 0:50 / /srv/shared rw shared:5 - nfs4 host:/x rw
31 27 0:51 / /srv/shared\\040room rw - ext4 /dev/vdb rw
32 27 0:52 / /mnt/c rw - 9p drvfs rw
broken line
"""


@pytest.mark.parametrize(
    ("folder", "kind", "state"),
    [
        ("/srv/shared/alliances/data", "nfs4", "problem"),
        ("/srv/shared room/data", "ext4", None),
        ("/srv/sharedelsewhere", "ext4", None),
        ("/mnt/c/alliances", "9p", "note"),
        ("/var/data", "ext4", None),
    ],
)
def test_a_folder_of_another_machine_is_told(
    tmp_path: Path, folder: str, kind: str, state: str | None
) -> None:
    mounts = tmp_path / "mountinfo"
    where = tmp_path / "root"
    (where / folder.lstrip("/")).mkdir(parents=True)
    # The same table, with the folders of this test below its root.
    mounts.write_text(MOUNTS.replace(" / /", f" / {where}/"), encoding="utf-8")
    real = where / folder.lstrip("/")
    assert kind_of_file_system(real, mounts) == kind
    assert [one.state for one in file_system(real, mounts)] == ([state] if state else [])


def test_where_nothing_is_known_of_mounts_nothing_is_said(tmp_path: Path) -> None:
    assert list(file_system(tmp_path, tmp_path / "nowhere")) == []


# --- content ------------------------------------------------------------------------------------------------


async def test_broken_content_is_counted_and_where_to_look_is_said(tmp_path: Path) -> None:
    (found,) = (await diagnose(tmp_path, content=TEN))["content"]
    assert found.state == "problem"
    assert "has 10 errors" in found.what and "alliances check" in found.way_out


async def test_entries_that_wait_and_entries_past_their_date_are_counted(tmp_path: Path) -> None:
    (waiting, *due) = (await diagnose(tmp_path, content=ROOT))["reviews"]
    assert waiting.state == "note" and waiting.what.split()[0].isdigit()
    late = (await diagnose(tmp_path, Moved(timedelta(days=40 * 365)), content=ROOT))["reviews"]
    assert [one.state for one in late] == ["note", "note"]
    assert "past the day" in late[1].what
    assert int(late[1].what.split()[0]) > (int(due[0].what.split()[0]) if due else 0)


# --- Telegram -----------------------------------------------------------------------------------------------


def answers(**fields: object) -> Fault:
    """`getMe` as another bot would answer."""
    user = {"id": 700000001, "is_bot": True, "first_name": "A", "username": "alliances_standin_bot", **fields}
    return Fault("other", Answer(200, json.dumps({"ok": True, "result": user}).encode()))


def info(**fields: object) -> Fault:
    """`getWebhookInfo` with these fields."""
    result = {"url": "", "has_custom_certificate": False, "pending_update_count": 0, **fields}
    return Fault("other", Answer(200, json.dumps({"ok": True, "result": result}).encode()))


async def on_telegram(kept: Path, api: BotApi, **settings: Any) -> Mapping[str, list[Diagnosis]]:
    given: dict[str, Any] = {"telegram_token": TOKEN, "telegram_api": api.url, **settings}
    return await diagnose(kept, **given)


async def test_a_token_that_is_accepted_names_its_bot(kept: Path, api: BotApi) -> None:
    api.fault(
        answers(can_join_groups=True, can_read_all_group_messages=False, supports_inline_queries=True),
        method="getMe",
    )
    told = await on_telegram(kept, api)
    names = ("Bot API", "token", "groups", "group privacy", "inline mode", "webhook", "clock")
    assert [told[name][0].state for name in names] == ["ok"] * len(names)
    assert "@alliances_standin_bot" in told["token"][0].what
    assert told["menu"][0].state == "note", "nobody has set it yet"
    assert {call.method for call in api.journal} == {"getMe", "getWebhookInfo", "getMyCommands"}


@pytest.mark.parametrize(
    ("fields", "check", "hint"),
    [
        ({"can_join_groups": False}, "groups", "/setjoingroups"),
        ({"can_read_all_group_messages": True}, "group privacy", "/setprivacy"),
        ({"supports_inline_queries": False}, "inline mode", "/setinline"),
        ({}, "inline mode", "/setinline"),
    ],
)
async def test_each_switch_of_botfather_is_told_with_its_command(
    kept: Path, api: BotApi, fields: dict[str, bool], check: str, hint: str
) -> None:
    api.fault(answers(**fields), method="getMe")
    (found,) = (await on_telegram(kept, api))[check]
    assert found.state == "note" and hint in found.way_out


async def test_a_refused_token_is_one_problem(kept: Path, api: BotApi) -> None:
    told = await on_telegram(kept, api, telegram_token=OTHER)
    assert told["token"][0].state == "problem" and "@BotFather" in told["token"][0].way_out
    assert told["Bot API"][0].state == "ok"
    assert not {"webhook", "menu"} & set(told)


@pytest.mark.parametrize(
    "fault",
    [
        faults.server_error(502),
        faults.malformed(),
        faults.reset(),
        faults.bare_refusal(403),
        faults.flood(30),
        Fault("other", Answer(200, b"[1, 2]")),
        Fault("other", Answer(200, b'{"ok": true, "result": {"id": "x"}}')),
        Fault("other", Answer(200, b"\xff\xfe\x00")),
        Fault("other", Answer(302, b"", {"Location": "http://127.0.0.1:9/"})),
    ],
    ids=lambda fault: fault.name,
)
async def test_a_server_that_does_not_answer_as_it_should_is_told_once(
    kept: Path, api: BotApi, fault: Fault
) -> None:
    api.fault(fault, method="getMe", times=None)
    told = await on_telegram(kept, api)
    problems = {one.name for ones in told.values() for one in ones if one.state == "problem"}
    assert problems == {"content", "Bot API"} and len(told["Bot API"]) == 1
    assert [told[name][0].what.partition(":")[0] for name in ("token", "webhook", "menu")] == [
        "not checked"
    ] * 3


@pytest.mark.parametrize("address", ["http://127.0.0.1:9", "http://no.such.host.invalid", "http://a:b@[::1"])
async def test_no_network_is_told_and_no_traceback_comes(kept: Path, address: str) -> None:
    told = await diagnose(kept, telegram_token=TOKEN, telegram_api=address)
    assert told["Bot API"][0].state == "problem"
    assert all(len(told[name]) == 1 for name in ("clock", "token", "webhook", "menu"))


@pytest.mark.parametrize(
    ("by", "state"), [(0, "ok"), (-50, "ok"), (90, "problem"), (-90, "problem"), (86400, "problem")]
)
async def test_a_clock_that_is_wrong_by_a_minute_is_a_problem(
    kept: Path, api: BotApi, by: int, state: str
) -> None:
    told = await diagnose(kept, Moved(timedelta(seconds=by)), telegram_token=TOKEN, telegram_api=api.url)
    assert told["clock"][0].state == state


@pytest.mark.parametrize(("seconds", "state"), [(60, "ok"), (-60, "ok"), (61, "problem"), (-61, "problem")])
def test_the_limit_of_a_clock_is_sixty_seconds(tmp_path: Path, seconds: int, state: str) -> None:
    now = datetime(2027, 1, 11, 9, 0, tzinfo=UTC)
    (found,) = clock_check(survey_settings({}, folder=tmp_path), now, now + timedelta(seconds=seconds))
    assert found.state == state and "10:00 in Europe/Paris" in found.what


HOOK = "https://bot.example.org/telegram"
ELSEWHERE = "https://thief.example.net/700000001:a-secret-path-of-somebody"


@pytest.mark.parametrize(
    ("found", "wanted", "served", "state"),
    [
        ("", "", False, "ok"),
        (HOOK, HOOK, True, "ok"),
        (ELSEWHERE, "", True, "problem"),
        (ELSEWHERE, HOOK, True, "problem"),
        (ELSEWHERE, "", False, "note"),
        (ELSEWHERE, HOOK, False, "note"),
        ("", HOOK, True, "problem"),
        ("", HOOK, False, "note"),
    ],
)
async def test_the_webhook_is_compared_with_the_settings(
    kept: Path, api: BotApi, found: str, wanted: str, served: bool, state: str
) -> None:
    api.fault(info(url=found, max_connections=40), method="getWebhookInfo")
    release = hold_serving_lock(kept / "data" / "alliances.sqlite3") if served else lambda: None
    told = await on_telegram(kept, api, webhook_url=wanted)
    release()
    assert [one.state for one in told["webhook"]] == [state]
    assert "secret-path" not in repr(told)


@pytest.mark.parametrize(
    ("waiting", "error", "age", "state"),
    [
        (0, "", 0, None),
        (7, "", 0, "note"),
        (7, "Connection refused", 86400, "problem"),
        (0, "Connection refused", 60, "problem"),
        (0, "Connection refused", 86400, "note"),
    ],
)
async def test_failing_deliveries_are_told_with_their_reason(
    kept: Path, api: BotApi, waiting: int, error: str, age: int, state: str | None
) -> None:
    failed = int((datetime.now(UTC) - timedelta(seconds=age)).timestamp())
    trouble = {"last_error_message": error, "last_error_date": failed} if error else {}
    api.fault(info(url=HOOK, pending_update_count=waiting, **trouble), method="getWebhookInfo")
    told = await on_telegram(kept, api, webhook_url=HOOK)
    assert [one.state for one in told.get("deliveries", [])] == ([state] if state else [])
    assert not state or error in told["deliveries"][0].what


STAFF_GROUP = -1009


@pytest.mark.parametrize(
    ("forum", "rights", "state", "what", "way_out"),
    [
        (True, {"can_manage_topics", "can_delete_messages"}, "ok", "a topic a request", ""),
        (True, {"can_manage_topics"}, "ok", "a topic a request", ""),
        (True, {"can_delete_messages"}, "problem", "may not make any", "Manage topics"),
        (True, set(), "problem", "may not make any", "Manage topics"),
        (False, set(), "note", "answer by replying", "Topics"),
    ],
)
async def test_what_the_bot_needs_where_staff_see_to_requests(
    kept: Path, api: BotApi, forum: bool, rights: set[str], state: str, what: str, way_out: str
) -> None:
    group = api.group(STAFF_GROUP, title="Équipe")
    group.chat.is_forum, group.chat.rights = forum, frozenset(rights)
    settings: dict[str, Any] = {
        "telegram_token": TOKEN,
        "telegram_api": api.url,
        "staff": 17,
        "staff_group": STAFF_GROUP,
    }
    told = (await diagnose(kept, **settings))["staff group"]
    assert (told[0].state, way_out in told[0].way_out) == (state, True)
    assert what in told[0].what
    if rights == {"can_manage_topics"}:
        assert "Delete messages" in told[1].way_out


async def test_a_staff_group_without_the_bot_is_a_problem_and_none_is_a_note(kept: Path, api: BotApi) -> None:
    settings: dict[str, Any] = {"telegram_token": TOKEN, "telegram_api": api.url, "staff": 17}
    (none,) = (await diagnose(kept, **settings))["staff group"]
    assert none.state == "note" and "own chat" in none.what
    api.group(STAFF_GROUP).removes_bot(api.person(17))
    (out,) = (await diagnose(kept, **settings, staff_group=STAFF_GROUP))["staff group"]
    assert out.state == "problem" and "kicked" in out.what
    (unknown,) = (await diagnose(kept, **settings, staff_group=-4))["staff group"]
    assert unknown.state == "problem" and "-100" in unknown.way_out
    nobody = (await diagnose(kept, telegram_token=TOKEN, telegram_api=api.url))["staff group"]
    assert "no request reaches anybody" in nobody[0].what


async def test_the_menu_is_ours(kept: Path, api: BotApi) -> None:
    commands = [{"command": name} for name in COMMANDS]
    for given, state in ((commands[:6], "note"), (commands, "ok")):
        body = json.dumps({"ok": True, "result": given}).encode()
        api.fault(Fault("other", Answer(200, body)), method="getMyCommands")
        assert (await on_telegram(kept, api, content=ROOT))["menu"][0].state == state


# --- the command --------------------------------------------------------------------------------------------


def test_the_table_counts_and_indents() -> None:
    found = [Diagnosis("a", "ok", "well"), Diagnosis("b", "problem", "ill", "heal it")]
    assert as_text(found).splitlines() == [
        "ok       a               well",
        "problem  b               ill",
        "                           → heal it",
        "",
        "1 well, 0 notes, 1 problem",
    ]
    assert json.loads(as_json(found))[1] == {
        "name": "b",
        "state": "problem",
        "what": "ill",
        "way_out": "heal it",
    }
    assert (status_of(found), status_of(found[:1])) == (1, 0)


def test_the_command_ends_well_without_a_problem(tmp_path: Path) -> None:
    done = alliances("doctor", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("ok       Python")


async def test_the_command_ends_with_one_on_a_problem_and_never_shows_the_token(tmp_path: Path) -> None:
    async with BotApi() as api:
        (tmp_path / "data").write_text("")
        settings = {"telegram_token": OTHER, "telegram_api": api.url, "log": "debug"}
        done = await asyncio.to_thread(alliances, "doctor", "--json", folder=tmp_path, settings=settings)
    assert done.returncode == 1
    states = {one["name"]: one["state"] for one in json.loads(done.stdout)}
    assert (states["data folder"], states["token"]) == ("problem", "problem")
    assert OTHER not in done.stdout + done.stderr and OTHER[10:] not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
async def test_a_folder_that_cannot_be_written_to_is_a_problem(kept: Path) -> None:
    (kept / "data").chmod(0o500)
    assert (await diagnose(kept))["data folder"][0].state == "problem"
    (kept / "data").chmod(0o700)
