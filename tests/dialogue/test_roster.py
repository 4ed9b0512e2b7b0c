"""People in bulk in the chat: who may ask, which files are about people, and what the buttons do."""

import pytest

from bot.dialogue.acts import parse_act
from bot.model.effects import AgreeRoster, Audit, ExportRoster, ImportRoster
from bot.model.inputs import Attachment, Tap
from bot.model.rights import Right, may
from bot.model.roster import RosterId, RosterOrder
from bot.model.values import StoredFile
from bot.model.who import Standing
from tests.dialogue.chat import Chat

STAFF = Standing.STAFF


def file(name: str, media_type: str = "application/octet-stream") -> Attachment:
    return Attachment(StoredFile("0" * 64, name, media_type, 12))


def rosters(chat: Chat) -> list[object]:
    return [one for one in chat.effects if isinstance(one, ExportRoster | ImportRoster | AgreeRoster)]


@pytest.mark.parametrize(
    ("words", "condition"), [("/personnes", ""), ("/personnes person.role == 'ca'", "person.role == 'ca'")]
)
def test_staff_ask_for_everybody_or_for_whom_a_condition_fits(words: str, condition: str) -> None:
    chat = Chat(standing=STAFF)
    chat.say(words)
    assert rosters(chat) == [ExportRoster(condition)]
    assert "[people_making]" in chat.text


@pytest.mark.parametrize(
    "sent",
    [
        file("personnes.csv"),
        file("Personnes.CSV", "application/vnd.ms-excel"),
        file("personnes", "text/csv"),
        file("export.tsv"),
        file("texte.txt", "text/plain"),
        file("classeur.xlsx"),
    ],
)
def test_a_table_from_staff_is_looked_through(sent: Attachment) -> None:
    chat = Chat(standing=STAFF)
    chat.give(sent)
    assert rosters(chat) == [ImportRoster(sent.content)]  # type: ignore[arg-type]  # a file in every case
    assert "[people_looking]" in chat.text


def test_a_file_that_is_no_table_is_answered_as_ever() -> None:
    chat = Chat(standing=STAFF)
    chat.give(file("photo.jpg", "image/jpeg"))
    assert rosters(chat) == [] and "[unusable]" in chat.text


def test_a_file_that_a_question_asked_for_is_its_answer() -> None:
    chat = Chat(standing=STAFF)
    chat.say("tous les types", *["passer"] * 7)
    chat.give(file("statuts.csv"))
    assert rosters(chat) == []


def test_in_the_middle_of_a_journey_a_table_is_looked_through_and_the_place_is_kept() -> None:
    chat = Chat(standing=STAFF)
    chat.say("tous les types")
    active = chat.session.active
    chat.give(file("personnes.csv"))
    assert len(rosters(chat)) == 1 and chat.session.active == active


@pytest.mark.parametrize("order", list(RosterOrder))
def test_a_button_says_what_becomes_of_a_file(order: RosterOrder) -> None:
    chat = Chat(standing=STAFF)
    chat.give(Tap(f"people.{order}-12"))
    (effect,) = rosters(chat)
    assert isinstance(effect, AgreeRoster)
    assert (effect.roster, effect.order) == (RosterId(12), order)
    assert effect.told.key == "people-12", "in the place of the preview"
    assert "[stale_tap]" in effect.gone.text


@pytest.mark.parametrize(
    "act", ["people.apply", "people.apply-x", "people.burn-1", "people.apply-1-2", "people.-1"]
)
def test_no_other_button_is_one_of_ours(act: str) -> None:
    assert parse_act(act) is None


@pytest.mark.parametrize("standing", [one for one in Standing if not may(one, Right.ANNOUNCE)])
def test_nobody_else_learns_that_any_of_it_exists(standing: Standing) -> None:
    chat, other = Chat(standing=standing), Chat(standing=standing)
    for mine, theirs in (
        (file("personnes.csv"), file("photo.jpg")),
        (Tap("people.apply-1"), Tap("people.burn-1")),
        (Tap("people.drop-1"), Tap("nonsense")),
    ):
        chat.give(mine)
        other.give(theirs)
        assert rosters(chat) == []
        assert chat.text == other.text
    chat.say("/personnes")
    assert rosters(chat) == [] and chat.effects[0] == Audit("refused", "/personnes")
    assert "[unknown_command]" in chat.text
