"""`alliances announce` as a process: what it says, what it refuses, what is in the database afterwards."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.announcements import BadText, read_poll, read_start, read_text
from bot.model.announcement import Audience, Fate, NewsKind, OnUnknown, Rhythm, State
from bot.model.message import Poll
from bot.model.receipt import Delivered, Unreachable
from bot.model.who import Address
from bot.storage.store import Store
from tests.journeys.program import alliances
from tests.storage.announcing import announced, claimed, newest
from tests.storage.samples import CHANNELS, NOW, POLICY, rows

TEXT = "Bonjour {name}, **rendez-vous** jeudi."


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """Five people, beside the commands."""
    data = tmp_path / "data"
    opened = await Store.open(data / "alliances.sqlite3", policy=POLICY, files=data / "files")
    for number in range(5):
        await opened.load(Address("telegram", str(1000 + number)), now=NOW, name=f"P{number}")
    (tmp_path / "avis.md").write_text(TEXT, "utf-8")
    (tmp_path / "mieux.md").write_text("Bonjour {name|à vous}, c'est vendredi.", "utf-8")
    yield opened
    await opened.close()


def says(folder: Path, *words: str) -> str:
    """What the command prints when all is well."""
    done = alliances("announce", *words, folder=folder)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def refuses(folder: Path, *words: str) -> str:
    """What the command says when it does nothing."""
    done = alliances("announce", *words, folder=folder)
    assert (done.returncode, done.stdout) == (2, "") and "Traceback" not in done.stderr
    return done.stderr


async def test_everything_that_can_be_said_on_the_command_line_is_in_the_plan(
    store: Store, tmp_path: Path
) -> None:
    (tmp_path / "hello.md").write_text("Hello {name}", "utf-8")
    (tmp_path / "note.pdf").write_bytes(b"%PDF-1.7")
    said = says(
        tmp_path,
        *("--text", "avis.md", "--text-in", "en", "hello.md", "--attach", "note.pdf", "--alt", "La note"),
        *("--to", "person.language == 'fr'", "--kind", "events", "--spare-busy", "--spare-days", "3"),
        *("--at", "2099-01-14T18:30", "--every", "month", "--on-unknown", "resend", "--yes"),
        *("--poll", "Vous venez ?", "--answer", "Oui", "--answer", "Non", "--several"),
    )
    assert "To 5 people." in said and "leaves on 2099-01-14 at 18:30 (Europe/Paris)" in said
    announcement, _ = await newest(store)
    plan = announcement.plan
    assert announcement.state is State.PLANNED
    assert f"{announcement.starts:%Y-%m-%d %H:%M}" == "2099-01-14 17:30"
    assert plan.message.text == TEXT and dict(plan.translations) == {"en": "Hello {name}"}
    assert plan.message.poll == Poll("Vous venez ?", ("Oui", "Non"), several=True)
    assert plan.audience == Audience("person.language == 'fr'", spare_busy=True, spare_days=3)
    assert (plan.kind, plan.rhythm, plan.on_unknown) == (NewsKind.EVENTS, Rhythm.MONTHLY, OnUnknown.RESEND)
    (file,) = plan.message.attachments
    assert (file.name, file.media_type, file.alternative) == ("note.pdf", "application/pdf", "La note")
    assert await store.files.read(file.sha256) == b"%PDF-1.7"
    assert rows(tmp_path / "data" / "alliances.sqlite3", "SELECT person, act FROM journal") == [
        (None, "announcement.planned")
    ]


async def test_a_count_a_sample_and_a_test_begin_nothing(store: Store, tmp_path: Path) -> None:
    assert says(tmp_path, "--text", "avis.md", "--count") == "To 5 people.\n"
    sample = says(tmp_path, "--text", "avis.md", "--sample", "--to", "person.name != 'P4'")
    assert sample.startswith("To 4 people. Among them: P0, P1, P2, P3")
    says(tmp_path, "--text", "avis.md", "--test", "telegram:1003")
    assert await store.announcements.all_seen() == ()
    (copy,) = await store.due_messages(CHANNELS, now=NOW.replace(year=2098))
    assert (copy.address.id, copy.message.text) == ("1003", "Bonjour P3, **rendez-vous** jeudi.")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--text", "faux.md"), "nobody can fill {nom}"),
        (("--text", "avis.md", "--to", "person.gone == 1"), "--to: colonne 1"),
        (("--text", "avis.md", "--at", "2020-01-01T10:00"), "that is past"),
        (("--text", "avis.md", "--at", "jeudi"), "write it as 2027-01-14T18:30"),
        (("--text", "avis.md", "--at", "2027-03-28T02:30", "--yes"), "skip that hour"),
        (("--text", "avis.md", "--spare-days", "-3", "--yes"), "write for example 7"),
        (("--text", "avis.md", "--event", "inconnu"), "there is no such event"),
        (("--text", "avis.md", "--test", "telegram:1"), "nobody at telegram:1 has ever written"),
        (("--text", "avis.md", "--test", "1"), "write it as telegram:4711"),
        (("--text", "avis.md", "--attach", "rien.pdf"), "rien.pdf: No such file"),
        (("--text", "avis.md", "--answer", "Oui"), "--answer goes with --poll"),
        (("--text", "avis.md", "--csv", "x.csv"), "--csv goes with --report"),
        (("--text", "avis.md"), "add --yes"),
        (("--report", "9"), "there is no announcement 9"),
        (("--recall", "9", "--yes"), "there is no announcement 9"),
        (("--correct", "x", "avis.md", "--yes"), "the number of an announcement comes first"),
        (("--pause", "9"), "there is no announcement 9"),
    ],
)
async def test_what_cannot_be_done_is_refused_with_the_reason(
    store: Store, tmp_path: Path, words: tuple[str, ...], why: str
) -> None:
    (tmp_path / "faux.md").write_text("Bonjour {nom}", "utf-8")
    if words[-1] == "avis.md" and words[0] == "--text":  # shown before it is asked
        done = alliances("announce", *words, folder=tmp_path)
        assert done.returncode == 2 and why in done.stderr
    else:
        assert why in refuses(tmp_path, *words)
    assert await store.announcements.all_seen() == ()


async def test_one_that_was_cancelled_before_it_began_may_be_sent_after_all(
    store: Store, tmp_path: Path
) -> None:
    says(tmp_path, "--text", "avis.md", "--at", "2099-01-14T18:30", "--yes")
    assert "add --again" in alliances("announce", "--text", "avis.md", "--yes", folder=tmp_path).stderr
    assert says(tmp_path, "--cancel", "1") == "Announcement 1: cancelled.\n"
    assert "Announcement 2 leaves as soon as" in says(tmp_path, "--text", "avis.md", "--yes")
    listed = says(tmp_path, "--list").splitlines()
    assert [line.split("  ")[0] for line in listed] == ["2", "1"]
    assert "cancelled: 0 people" in listed[1]


async def test_a_report_a_correction_and_a_recall(store: Store, tmp_path: Path) -> None:
    id = await announced(store)
    await claimed(store, id)
    first, second, *_ = await store.due_bulk(CHANNELS, now=NOW)
    await store.record(first, Delivered("1"), now=NOW)
    await store.record(second, Unreachable("Forbidden: bot was blocked by the user"), now=NOW)
    said = says(tmp_path, "--report", "1", "--csv", "bilan.csv")
    assert "1 reçue" in said and "la personne a bloqué l'assistant\xa0: 1" in said
    listing = (tmp_path / "bilan.csv").read_text("utf-8-sig").splitlines()
    assert len(listing) == 6 and listing[2].startswith("P1;Injoignables;la personne a bloqué l'assistant;")
    assert says(tmp_path, "--correct", "1", "mieux.md", "--yes").startswith("1 copies are corrected")
    assert (await newest(store))[0].message.text == "Bonjour {name|à vous}, c'est vendredi."
    assert says(tmp_path, "--recall", "1", "--yes").startswith("1 copies are taken back")
    announcement, tally = await newest(store)
    assert (announcement.state, tally.fates[Fate.DROPPED]) == (State.CANCELLED, 3)
    assert "taken back already" in refuses(tmp_path, "--recall", "1", "--yes")


async def test_a_correction_says_who_read_another_text_and_lets_it_be_given_again(
    store: Store, tmp_path: Path
) -> None:
    for name in ("hello", "better", "besser"):
        (tmp_path / f"{name}.md").write_text(f"{name} {{name}}", "utf-8")
    texts = ("--text-in", "en", "hello.md", "--text-in", "de", "hello.md")
    says(tmp_path, "--text", "avis.md", *texts, "--yes")
    said = says(tmp_path, "--correct", "1", "mieux.md", "--text-in", "en", "better.md", "--yes")
    assert "de" in said.splitlines()[0] and "--text-in de FILE" in said and "en FILE" not in said
    plan = (await newest(store))[0].plan
    assert dict(plan.translations) == {"en": "better {name}"} and "vendredi" in plan.message.text
    (tmp_path / "trou.md").write_text("Hello {nom}", "utf-8")
    refused = refuses(tmp_path, "--correct", "1", "mieux.md", "--text-in", "en", "trou.md", "--yes")
    assert "{nom}" in refused
    assert says(tmp_path, "--correct", "1", "mieux.md", "--text-in", "en", "better.md", "--yes").startswith(
        "0"
    )
    assert "--text-in goes with" in refuses(tmp_path, "--pause", "1", "--text-in", "en", "better.md")


@pytest.mark.parametrize(
    ("question", "answers"),
    [("", ("a", "b")), ("?" * 251, ("a", "b")), ("?", ("a",)), ("?", ("a",) * 13), ("?", ("a", " "))],
)
def test_a_poll_that_telegram_would_not_take_is_refused(question: str, answers: tuple[str, ...]) -> None:
    with pytest.raises(BadText):
        read_poll(question, answers, several=False)


def test_a_start_is_by_the_clocks_of_the_settings_unless_it_says_otherwise() -> None:
    zone = POLICY.timezone
    assert read_start("2027-07-14T18:30", zone, now=NOW).utctimetuple().tm_hour == 16
    assert read_start("2027-07-14T18:30+00:00", zone, now=NOW).utctimetuple().tm_hour == 18


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("2027-03-28T02:30", "skip that hour"),
        ("2027-10-31T02:30", r"write 2027-10-31T02:30\+02:00 or 2027-10-31T02:30\+01:00"),
        ("2027-02-30T18:30", "exist"),
        ("2027-01-15", "a day and an hour"),
        ("2020-01-15T18:30", "past"),
        ("0270-01-15T18:30", "past"),
        ("0001-01-01T00:00", "exist"),
        ("9999-12-31T23:59-12:00", "exist"),
    ],
)
def test_a_start_that_the_clocks_do_not_show_once_or_any_more_is_refused(written: str, told: str) -> None:
    with pytest.raises(BadText, match=told):
        read_start(written, POLICY.timezone, now=NOW)


@pytest.mark.parametrize(("offset", "hour"), [("+02:00", 0), ("+01:00", 1)])
def test_an_hour_that_comes_twice_is_told_apart_by_its_offset(offset: str, hour: int) -> None:
    start = read_start(f"2027-10-31T02:30{offset}", POLICY.timezone, now=NOW)
    assert start.utctimetuple().tm_hour == hour


@pytest.mark.parametrize("content", [b"", b"  \n", b"\xff\xfe", ("é" * 4097).encode()])
def test_a_text_that_cannot_be_announced_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.md"
    file.write_bytes(content)
    with pytest.raises(BadText, match=r"a\.md"):
        read_text(file)
