"""F38: no word of anybody and no secret stands in any output, however much is logged, whatever goes wrong."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import dataclass, fields
from pathlib import Path

import httpx
import pytest

from tests.journeys.at_page import page_seat
from tests.journeys.program import PATIENCE, Program, Settings, alliances
from tests.journeys.test_group import KNOWN, NAME, Room, room
from tests.telegram_api import TOKEN, BotApi, Person, faults

STAFF = 4780001


@dataclass(frozen=True)
class Markers:
    """What must not be told, each where it comes from. Nobody else says these words."""

    first_name: str = "zanziprenom"
    last_name: str = "zanzifamille"
    username: str = "zanzicompte"
    first_name_in_group: str = "prénomcamille"  # as the group's test names her
    group_title: str = "collectifdesrives"
    answer: str = "zanzireponse"
    question: str = "zanziquestion"
    question_by_command: str = "zanzidemande"
    unknown_command: str = "zanzicommande"
    payload: str = "zanzilien"
    forwarded: str = "zanzitransfere"
    group_question: str = "zanzigroupe"
    group_talk: str = "zanzibavarde"
    inline: str = "zanziincise"
    typed_at_page: str = "zanzipage"
    file_name: str = "zanzifichier"
    file_content: str = "zanzicontenu"
    phone: str = "0612345678"
    phone_abroad: str = "33612345678"
    place: str = "48.8566"
    announcement: str = "zanziannonce"
    button: str = "zanzibouton"
    unknown_update: str = "zanzimiseajour"
    broken_update: str = "zanzicassee"
    body: str = "zanzicorps"
    address_asked_for: str = "zanziadresse"
    token: str = TOKEN
    half_a_token: str = TOKEN.partition(":")[2]
    webhook_secret: str = "zanzisecret-0123456789"
    wrong_secret: str = "zanzidevine-0123456789"
    metrics_token: str = "zanzichiffres-0123456789"
    wrong_metrics_token: str = "zanzifaux-0123456789"


MARK = Markers()
SECRETS: Settings = {
    "log": "debug",
    "staff": STAFF,
    "webhook_secret": MARK.webhook_secret,
    "metrics_token": MARK.metrics_token,
    "quiet_hours": "3:00-3:00",  # none: the announcement must arrive at any hour
}


def told_too_much(program: Program, folder: Path) -> list[str]:
    """Markers, and forms of the secret, that stand in an output."""
    secret = (folder / "data" / "secret").read_bytes()
    marks = {one.name: str(getattr(MARK, one.name)) for one in fields(MARK)}
    marks |= {"the secret, in hexadecimal": secret.hex(), "the secret, as Python": repr(secret)[2:-1]}
    outputs = (program.out + program.err).casefold()
    return [name for name, mark in marks.items() if mark.casefold() in outputs]


async def heard_of(person: Person, words: str) -> None:
    """Wait until the bot says this to a person."""
    async with asyncio.timeout(2 * PATIENCE):
        while words not in (await person.hears(2 * PATIENCE)).text:
            pass


async def talk(here: Room) -> None:
    """Questions, commands, a link, what cannot be read, and what was forged."""
    dominique = here.api.person(4780002, first_name=MARK.first_name, last_name=MARK.last_name)
    await dominique.starts(MARK.payload)
    for say in (
        f"où trouver une {MARK.question} ?",
        f"/{MARK.unknown_command}",
        f"/question {MARK.question_by_command}",
    ):
        await dominique.says(say)
    await dominique.says(MARK.forwarded, forward_origin={"type": "hidden_user", "date": 1})
    await heard_of(dominique, "assistant automatique")
    await dominique.sends_tap(f"do.menu|{MARK.button}", message=dominique.chat.last)
    written = await dominique.says("merci")
    await dominique.edits(written, MARK.forwarded)
    here.api.updates.put_raw({"message": {"text": MARK.broken_update, "chat": MARK.broken_update}})
    here.api.updates.put_raw({MARK.unknown_update: {"text": MARK.unknown_update}})


async def walk(here: Room) -> None:
    """A journey with answers, refused files, and errors of Telegram's."""
    api = here.api
    camille = api.person(4780003, first_name=f"Prénom{MARK.first_name}", username=f"nom_{MARK.username}")
    await camille.says("/profil")
    api.fault(faults.bad_request(), method="sendMessage", chat=camille.id)
    api.fault(faults.server_error(500, effect=True), method="sendMessage", chat=camille.id)
    api.fault(faults.malformed(), method="sendMessage", chat=camille.id)
    api.fault(faults.flood(1), method="editMessageText")
    api.fault(faults.server_error(), method="answerCallbackQuery")
    await camille.says(f"je suis {MARK.answer}")
    await camille.says("bénévole")
    await camille.shares_document(f"{MARK.file_name}.pdf", MARK.file_content.encode())
    await camille.shares_document("b.pdf", b"x" * 100, caption=MARK.answer)
    await camille.shares_contact(f"+{MARK.phone_abroad}")
    await camille.shares_location(48.8566, 2.3522)
    await api.quiet(idle=0.5, timeout=30)


async def leave(here: Room) -> None:
    """What is kept of a person, handed out and erased; then they block the assistant."""
    bruno = here.api.person(4780005, first_name=MARK.first_name, last_name=MARK.last_name)
    await bruno.says(MARK.answer)
    await bruno.says("/mes_donnees")
    await heard_of(bruno, "garde")
    await bruno.taps("Recevoir mes données")
    await bruno.says("/effacer")
    await heard_of(bruno, "définitif")
    await bruno.taps("Tout effacer")
    await heard_of(bruno, "effacé")
    await bruno.blocks_bot()


async def meet(here: Room) -> None:
    """A group, inline mode, and staff who look at what was asked."""
    chat = here.group.chat
    here.group.welcomes_bot(here.camille)
    await here.camille.says(f"notre {MARK.group_talk}", chat=chat)
    await here.camille.says(f"{NAME} {MARK.group_question} ?", chat=chat)
    await here.dominique.says(f"/question@{NAME[1:]} {KNOWN}", chat=chat)
    for words in (MARK.inline, f"{MARK.inline} mécénat"):
        await here.camille.sees(await here.camille.asks_inline(words), PATIENCE)
    claire = here.api.person(STAFF, first_name=MARK.first_name)
    await claire.says("/questions")
    await heard_of(claire, "Questions restées sans réponse")
    await claire.taps(next(label for label in claire.chat.last.labels if label != "Menu"))
    await claire.says(f"/lien {MARK.question}")
    await here.api.quiet(idle=0.3, timeout=30)


async def announce(here: Room) -> None:
    """An announcement to everybody, by a command beside the running program."""
    text = here.folder / "annonce.md"
    text.write_text(f"Bonjour, une {MARK.announcement}.", encoding="utf-8")
    here.api.fault(faults.flood_without_parameters(1), method="sendMessage")
    arguments = ("announce", "--text", str(text), "--yes")
    done = await asyncio.to_thread(alliances, *arguments, folder=here.folder, settings={"log": "debug"})
    assert done.returncode == 0, done.stderr
    assert MARK.announcement not in done.stderr
    await heard_of(here.api.person(4780002), MARK.announcement)


async def knock(here: Room) -> None:
    """At the HTTP server: wrong and right secrets, strange paths and bodies."""
    shown = {"X-Telegram-Bot-Api-Secret-Token": MARK.webhook_secret, "Content-Type": "application/json"}
    guessed = {**shown, "X-Telegram-Bot-Api-Secret-Token": MARK.wrong_secret}
    async with httpx.AsyncClient(base_url=here.url, timeout=PATIENCE) as client:
        for headers in (shown, guessed):
            for content in (MARK.body, f'{{"{MARK.body}": ', f'["{MARK.body}"]', MARK.body * 100_000):
                await client.post("/telegram", headers=headers, content=content.encode())
        for token in (MARK.metrics_token, MARK.wrong_metrics_token):
            headers = {"Authorization": f"Bearer {token}", "X-Forwarded-For": "198.51.100.7"}
            answer = await client.get("/metrics", headers=headers)
            assert answer.status_code == (200 if token == MARK.metrics_token else 404)
        await client.get(f"/{MARK.address_asked_for}?{MARK.address_asked_for}")
    reader, writer = await asyncio.open_connection("127.0.0.1", httpx.URL(here.url).port)
    writer.write(f"{MARK.body} this is no HTTP\r\n\r\n".encode())
    await reader.read()
    writer.close()


async def test_f38_nothing_of_anybody_is_logged_by_polling(tmp_path: Path) -> None:
    async with room(tmp_path, inline=True, more=SECRETS) as here:
        here.api.fault(faults.malformed(), method="getUpdates")
        await asyncio.gather(talk(here), walk(here), leave(here), meet(here))
        await announce(here)
        await knock(here)
        async with page_seat(here.url) as seat:
            await seat.says(f"et ma {MARK.typed_at_page} ?")
            assert await seat.hears(1)
    assert told_too_much(here.program, tmp_path) == []
    assert "DEBUG" in here.program.err and "Traceback" not in here.program.err
    kept = await asyncio.to_thread(_kept, tmp_path / "data" / "alliances.sqlite3")
    # What was said did arrive: the log is not empty of it because nothing happened.
    assert MARK.question in kept and MARK.group_question in kept


async def test_f38_nothing_of_anybody_is_logged_by_webhook(tmp_path: Path) -> None:
    async with room(tmp_path, inline=True, webhook=True, more=SECRETS) as here:
        await asyncio.gather(talk(here), meet(here), knock(here))
        with closing(sqlite3.connect(tmp_path / "data" / "alliances.sqlite3", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")  # the inbox refuses for a while: Telegram sends it again
            await here.api.person(4780004).says(MARK.question)
            await asyncio.sleep(0.5)
        await here.api.person(4780004).hears(2 * PATIENCE)
        await here.api.quiet(idle=0.3, timeout=30)
        assert here.api.calls("setWebhook")[-1].text("secret_token") == MARK.webhook_secret
    assert told_too_much(here.program, tmp_path) == []
    assert "DEBUG" in here.program.err


@pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
async def test_f38_a_refused_token_is_not_shown(tmp_path: Path, webhook: bool) -> None:
    async with BotApi() as api:
        settings: Settings = {**SECRETS, "telegram_token": TOKEN, "telegram_api": api.url, "port": 0}
        if webhook:
            settings = {**settings, "webhook_url": "https://bot.example.org/telegram"}
        api.revoked = True
        with Program("run", folder=tmp_path, settings=settings) as program:
            assert await asyncio.to_thread(program.ends) != 0
        assert told_too_much(program, tmp_path) == []
        assert "@BotFather" in program.err


def _kept(database: Path) -> str:
    with closing(sqlite3.connect(database)) as connection:
        return "\n".join(connection.iterdump())
