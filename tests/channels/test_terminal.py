"""The terminal channel: what a typed line means, what each screen shows, and a session in a real terminal."""

import asyncio
import io
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.channels.terminal import (
    JsonScreen,
    PlainScreen,
    RichScreen,
    Screen,
    TerminalChannel,
    lines_of,
    pipe_of,
)
from bot.model.inputs import Input, Tap, Utterance
from bot.model.message import AttachedFile, Markdown, Message, Option
from bot.model.receipt import Delivered
from bot.model.who import Address
from tests.journeys.program import CONTACT, alliances, environment

CAMILLE = Address("terminal", "camille")
FILE = AttachedFile("mes-donnees.json", "application/json", "ab" * 32)
CARD = Message(Markdown("Une **alliance**"), (Option("src", "Sources", "src.alliance"),))
QUESTION = Message(
    Markdown("Quel est *votre* rôle ?\n- un seul"),
    (Option("benevole", "Bénévole", "p3.benevole"), Option("bureau", "Bureau", "p3.bureau")),
    (Option("back", "Retour", "c3.back"), Option("skip", "Passer", "c3.skip")),
)
LONG = Message(
    Markdown("Voir [le site](https://example.org/a)."), attachments=(FILE,), folded=Markdown("Plus **loin**.")
)


def path_of(sha256: str) -> Path:
    return Path("data") / sha256[:4]


async def shown(screen: Screen, *messages: Message) -> TerminalChannel:
    channel = TerminalChannel(screen)
    for message in messages:
        assert isinstance(await channel.send(CAMILLE, message), Delivered)
    return channel


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("> 2", Tap("p3.bureau")),
        (">2", Tap("p3.bureau")),
        ("> 4", Tap("c3.skip")),
        ("> Bureau", Tap("p3.bureau")),
        ("> bénévole", Tap("p3.benevole")),
        ("> benevole", Tap("p3.benevole")),
        ("> back", Tap("c3.back")),
        ("> Sources", Tap("src.alliance")),  # of the message before: still on the screen
        ("> p1.nsp", Tap("p1.nsp")),
        ("> 9", Tap("9")),
        ("2", Utterance("2")),
        ("Bureau", Utterance("Bureau")),
        ("/menu", Utterance("/menu")),
        (" > 2", Utterance(" > 2")),
    ],
)
async def test_a_line_is_a_tap_or_words(line: str, meant: Input) -> None:
    channel = await shown(PlainScreen(io.StringIO(), path_of), CARD, QUESTION)
    assert channel.read(line) == meant


async def test_a_message_without_buttons_leaves_the_numbers_alone() -> None:
    channel = await shown(PlainScreen(io.StringIO(), path_of), QUESTION, LONG)
    assert channel.read("> 1") == Tap("p3.benevole")


async def test_an_edit_that_only_records_an_answer_is_not_shown_again() -> None:
    out = io.StringIO()
    channel = await shown(PlainScreen(out, path_of), QUESTION)
    before = out.getvalue()
    assert await channel.send(CAMILLE, Message(Markdown("fini")), replaces="1") == Delivered("1")
    assert out.getvalue() == before
    await channel.send(CAMILLE, CARD, replaces="1")
    assert out.getvalue() != before


async def test_json_holds_exactly_these_fields() -> None:
    out = io.StringIO()
    await shown(JsonScreen(out, path_of), QUESTION, LONG)
    question, long = map(json.loads, out.getvalue().splitlines())
    assert question == {
        "turn": 0,
        "text": "Quel est votre rôle ?\n• un seul",
        "options": [{"id": "benevole", "label": "Bénévole"}, {"id": "bureau", "label": "Bureau"}],
        "controls": [{"id": "back", "label": "Retour"}, {"id": "skip", "label": "Passer"}],
        "attachments": [],
    }
    assert list(question) == ["turn", "text", "options", "controls", "attachments"]
    assert long["text"] == "Voir le site (https://example.org/a).\n\nPlus loin."
    assert long["attachments"] == [
        {"name": "mes-donnees.json", "media_type": "application/json", "path": str(path_of(FILE.sha256))}
    ]


async def test_plain_lines_show_text_numbers_ways_out_and_files() -> None:
    out = io.StringIO()
    await shown(PlainScreen(out, path_of), QUESTION, LONG)
    assert out.getvalue() == (
        "Quel est votre rôle ?\n• un seul\n  1. Bénévole\n  2. Bureau\n  Retour · Passer\n\n"
        "Voir le site (https://example.org/a).\n\nPlus loin.\n[mes-donnees.json: data/abab]\n\n"
    )


async def test_a_message_that_another_follows_shows_no_numbers() -> None:
    out = io.StringIO()
    channel = await shown(PlainScreen(out, path_of), replace(CARD, silent=True), QUESTION)
    assert out.getvalue().startswith("Une alliance\n  · Sources\n\n")
    assert channel.read("> 1") == Tap("p3.benevole")


async def test_the_rich_screen_shows_the_same_words() -> None:
    out = io.StringIO()
    await shown(RichScreen(out, path_of), QUESTION, LONG)
    seen = " ".join(out.getvalue().split())
    assert seen == (
        "Quel est votre rôle ? • un seul 1. Bénévole 2. Bureau Retour · Passer "
        "Voir le site (https://example.org/a). Plus loin. ▤ mes-donnees.json data/abab"
    )


async def test_no_line_of_the_rich_screen_ends_before_a_sign_that_a_space_holds_to_its_word() -> None:
    out = io.StringIO()
    words = "Une_: deux_; «_trois_» !  ".replace("_", "\N{NARROW NO-BREAK SPACE}")
    await shown(RichScreen(out, path_of), Message(Markdown(f"{'x' * 60} {words * 9}")))
    lines = [line.removeprefix("  ") for line in out.getvalue().splitlines()]
    assert len(lines) > 3 and max(map(len, lines)) <= 78
    assert not [line for line in lines if line.startswith((":", ";", "»"))]
    assert "Une\N{NARROW NO-BREAK SPACE}:" in out.getvalue()


async def test_what_follows_a_bullet_or_a_number_stands_below_its_words() -> None:
    out = io.StringIO()
    long = "mot " * 30
    await shown(
        RichScreen(out, path_of), Message(Markdown(f"- {long}\n- fin"), (Option("a", long.strip(), "p1.a"),))
    )
    lines = out.getvalue().splitlines()
    assert [line[:8] for line in lines] == [
        "",
        "  • mot ",
        "    mot ",
        "  • fin",
        "   1. mo",
        "      mo",
    ]
    assert not [line for line in lines if line != line.rstrip()]


async def test_lines_come_without_their_ends_and_without_empty_ones() -> None:
    descriptor, writer = os.pipe()
    os.write(writer, "un\r\n\n  \ndeux\nd\xe9j\xe0".encode("latin-1"))
    os.close(writer)
    assert [line async for line in lines_of(pipe_of(descriptor))] == ["un", "  ", "deux", "d\ufffdj\ufffd"]
    os.close(descriptor)


def test_a_terminal_of_few_letters_loses_accents_and_nothing_else(tmp_path: Path) -> None:
    around = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    with at_a_terminal(tmp_path, **around) as terminal:
        greeting = terminal.sees("\n> ")
        assert (
            "Pour repondre : un numero, ou vos mots." in greeting
            and "?" not in greeting.split("commencer")[0]
        )


def test_nothing_but_messages_goes_to_standard_output(tmp_path: Path) -> None:
    done = alliances("chat", "--json", folder=tmp_path, typed="/start\n> 1\n", settings={"log": "debug"})
    assert done.returncode == 0
    messages = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["turn"] for one in messages] == sorted(one["turn"] for one in messages)
    assert {one["turn"] for one in messages} == {1, 2}


@contextmanager
def hearing_ctrl_c() -> Iterator[None]:
    """What is started here hears Ctrl-C, as at a real terminal, even where these tests run in the background:
    a shell then has it ignored, and children inherit that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class Terminal:
    """A person at a terminal of 80 columns."""

    def __init__(self, folder: Path, *, options: tuple[str, ...] = (), **around: str) -> None:
        self._master, slave = pty.openpty()
        with hearing_ctrl_c():
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot", "chat", *options],
                stdin=slave,
                stdout=slave,
                stderr=slave,
                cwd=folder,
                start_new_session=True,
                env={
                    **environment({"data": folder / "data", "contact": CONTACT}),
                    **{"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "40", **around},
                },
            )
        os.close(slave)
        self.raw = ""

    def types(self, text: str) -> None:
        os.write(self._master, f"{text}\n".encode())

    def presses(self, key: bytes) -> None:
        os.write(self._master, key)

    def interrupts(self) -> None:
        """Ctrl-C."""
        self._process.send_signal(signal.SIGINT)

    def is_stopped(self) -> None:
        """As by a service manager, or `kill`."""
        self._process.terminate()

    def sees(self, words: str, *, patience: float = 20.0) -> str:
        """Wait for words on the screen; all that was shown since the last look."""
        until, new = time.monotonic() + patience, b""
        while time.monotonic() < until:
            if select.select([self._master], [], [], 0.1)[0]:
                try:
                    new += os.read(self._master, 65536)
                except OSError:  # Linux: the other side is closed
                    break
            text = plain(new.decode(errors="ignore"))
            if words in text:
                self.raw += new.decode(errors="ignore")
                return text
        raise AssertionError(f"{words!r} is not on the screen: {new.decode(errors='ignore')!r}")

    def asked(self) -> str:
        """Wait for a prompt behind which nothing stands; all that was shown since the last look."""
        seen = self.sees("\n› ")
        while not seen.endswith("\n› "):
            seen += self.sees("\n› ")
        return seen

    def echoes(self) -> bool:
        """Whether the terminal shows what is typed, as a shell needs it."""
        return bool(termios.tcgetattr(self._master)[3] & termios.ECHO)

    def ends(self) -> int:
        return self._process.wait(20)

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self._master)


def plain(screen: str) -> str:
    """What stands on a screen, without colours and links."""
    without = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\]8;[^\x1b\x07]*(?:\x1b\\|\x07)", "", screen)
    return without.replace("\r\n", "\n")


@contextmanager
def at_a_terminal(folder: Path, *options: str, **around: str) -> Iterator[Terminal]:
    terminal = Terminal(folder, options=options, **around)
    try:
        yield terminal
    finally:
        terminal.close()


def test_a_person_at_a_terminal_is_greeted_answers_and_says_goodbye(tmp_path: Path) -> None:
    with at_a_terminal(tmp_path) as terminal:
        greeting = terminal.asked()
        assert " 1. " in greeting and "Traceback" not in greeting
        terminal.types("/profil")
        question = terminal.asked()
        assert "Quel est votre rôle" in question and " 1. Bénévole" in question
        assert max(map(len, question.splitlines())) <= 80
        terminal.types("1")  # a number without > is an answer in words, as everywhere
        assert "salariées" in terminal.asked()
        terminal.types("passer")
        assert "budget" in terminal.asked()
        terminal.presses(b"\x04")
        terminal.sees("À bientôt")
        assert terminal.ends() == 0
        assert "\x1b[1" in terminal.raw  # bold: it was the screen for people


def test_ctrl_c_ends_a_conversation_at_once(tmp_path: Path) -> None:
    with at_a_terminal(tmp_path) as terminal:
        terminal.sees("› ")
        terminal.interrupts()
        assert "Traceback" not in terminal.sees("À bientôt")
        assert terminal.ends() == 130


@pytest.mark.parametrize("around", [{}, {"LC_ALL": "C"}], ids=["utf-8", "C"])
def test_a_line_is_mended_with_the_arrows_and_comes_back(tmp_path: Path, around: dict[str, str]) -> None:
    with at_a_terminal(tmp_path, **around) as terminal:
        terminal.asked()
        terminal.types("éé\x7f\x7f/menx\x1b[D\x1b[3~u")
        assert "Que voulez-vous faire" in terminal.asked()
        terminal.types("\x1b[A")
        assert "Que voulez-vous faire" in terminal.asked()


def test_pasted_lines_are_one_message(tmp_path: Path) -> None:
    with at_a_terminal(tmp_path) as terminal:
        terminal.asked()
        terminal.types("\x1b[200~Zorglub glapit\nbredouille\ntotalement\x1b[201~")
        assert terminal.asked().count("Je n'ai pas de réponse sûre") == 1
        terminal.presses(b"\x04")
        assert "Je n'ai pas" not in terminal.sees("À bientôt")


@pytest.mark.parametrize(
    ("ends", "status"), [(Terminal.interrupts, 130), (Terminal.is_stopped, 128 + signal.SIGTERM)]
)
def test_whoever_ends_it_in_the_middle_of_a_line_finds_the_terminal_as_it_was(
    tmp_path: Path, ends: Callable[[Terminal], None], status: int
) -> None:
    with at_a_terminal(tmp_path) as terminal:
        terminal.asked()
        terminal.presses(b"une phrase commenc")
        terminal.sees("commenc")
        ends(terminal)
        terminal.sees("À bientôt")
        assert terminal.ends() == status
        assert terminal.echoes()
        assert "Traceback" not in terminal.raw


def test_a_terminal_that_cannot_move_its_cursor_gets_plain_lines(tmp_path: Path) -> None:
    with at_a_terminal(tmp_path, TERM="dumb") as terminal:
        terminal.asked()
        terminal.types("/menu")
        assert "Que voulez-vous faire" in terminal.asked()
        terminal.presses(b"\x04")
        terminal.sees("À bientôt")
        assert "\x1b" not in terminal.raw


def test_an_administrator_at_the_terminal_gets_the_file_that_was_promised(tmp_path: Path) -> None:
    with at_a_terminal(tmp_path, "--staff") as terminal:
        terminal.asked()
        terminal.types("/equipe")
        assert "Une personne : administration" in terminal.asked()
        terminal.types("/personnes")
        promised = terminal.asked()
        assert "Voici 1 personne" in promised and "INFO" not in promised
        (path,) = re.findall(r"^ +(\S+/files/\S+)$", promised, re.MULTILINE)
        assert "prénom" in (tmp_path / path).read_text("utf-8-sig")


def test_what_comes_while_somebody_types_leaves_their_words_below_it(tmp_path: Path) -> None:
    with at_a_terminal(tmp_path, "--as", "bob", ALLIANCES_STAFF="1") as terminal:
        terminal.asked()
        terminal.types("parler à une personne")
        assert "je préviens l'équipe" in terminal.asked()
        terminal.presses(b"je suis en tr")
        terminal.sees("je suis en tr")
        answers = "/demandes 1\n> Répondre\nVenez lundi.\n"
        assert (
            alliances("chat", "--staff", folder=tmp_path, typed=answers, settings={"staff": 1}).returncode
            == 0
        )
        assert "Venez lundi." in terminal.sees("› je suis en tr")


def test_from_a_script_the_file_comes_too(tmp_path: Path) -> None:
    done = alliances("chat", "--staff", folder=tmp_path, typed="/personnes\n")
    assert done.returncode == 0
    assert "Voici 1 personne" in done.stdout and "_personnes.csv: " in done.stdout
    without = alliances("chat", "--as", "bob", folder=tmp_path, typed="/personnes\n")
    assert "Je ne connais pas /personnes" in without.stdout


def test_the_rights_of_an_administrator_end_where_nobody_asks_for_them_any_more(tmp_path: Path) -> None:
    before = alliances("chat", "--staff", folder=tmp_path, typed="/equipe\n")
    assert "Une personne : administration" in before.stdout
    after = alliances("chat", folder=tmp_path, typed="/equipe\n/personnes\n")
    assert after.returncode == 0
    assert "administration" not in after.stdout and "Je ne connais pas /personnes" in after.stdout
    journal = alliances("team", "--journal", folder=tmp_path).stdout
    assert re.findall(r"role\.\w+", journal) == ["role.removed", "role.taken"]


def test_a_second_terminal_on_the_same_data_is_refused(tmp_path: Path) -> None:
    with at_a_terminal(tmp_path) as terminal:
        terminal.sees("› ")
        with at_a_terminal(tmp_path) as second:
            second.sees("another process already serves")
            assert second.ends() == 2


async def test_waiting_for_a_line_does_not_hold_up_the_end() -> None:
    descriptor, writer = os.pipe()
    reading = asyncio.ensure_future(anext(lines_of(pipe_of(descriptor))))
    await asyncio.sleep(0)
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    os.close(writer)


LINKED = Message(
    Markdown("Le bail"),
    (
        Option("page", "Lire la suite", "", "https://example.org/bail"),
        Option("src", "Sources", "src.bail"),
    ),
)


@pytest.mark.parametrize("kind", [PlainScreen, RichScreen])
async def test_a_link_shows_its_address_and_has_no_number(kind: type[PlainScreen | RichScreen]) -> None:
    out = io.StringIO()
    channel = await shown(kind(out, path_of), LINKED)
    lines = [line.strip() for line in out.getvalue().splitlines()]
    assert "·  Lire la suite : https://example.org/bail".replace("  ", " ") in [
        " ".join(line.split()) for line in lines
    ]
    assert "1. Sources" in [" ".join(line.split()) for line in lines]
    assert channel.read("> 1") == Tap("src.bail")
    assert channel.read("> Lire la suite") == Tap("Lire la suite")


async def test_json_names_the_address_of_a_link() -> None:
    out = io.StringIO()
    await shown(JsonScreen(out, path_of), LINKED)
    assert json.loads(out.getvalue())["options"] == [
        {"id": "page", "label": "Lire la suite", "link": "https://example.org/bail"},
        {"id": "src", "label": "Sources"},
    ]
