"""What is read in the group of staff: topics of requests and answers to us; nothing else is kept."""

import json
from typing import Any

import pytest

from bot.channels.telegram.identity import Me
from bot.channels.telegram.reading import Skipped, read_update
from bot.channels.telegram.signing import sign
from bot.channels.telegram.sorting import sort_update
from bot.channels.telegram.staffroom import StaffRoom
from bot.model.inputs import InGroup, StaffReply, Tap, Unusable, Utterance
from bot.model.who import Address
from bot.runtime.channel import Reading

SECRET = b"s" * 32
ME = Me(700, "alliances_bot")
GROUP = -1009
ROOM = StaffRoom(str(GROUP), {"77"})
HERE = Address("telegram", str(GROUP))
TOPIC: dict[str, Any] = {"message_thread_id": 77, "is_topic_message": True}
CLAIRE = {"id": 17, "is_bot": False, "first_name": "Prénomclaire"}
US = {"message_id": 4, "from": {"id": 700, "is_bot": True}, "text": "zibeline"}
ROOT = {"message_id": 77, "from": {"id": 700, "is_bot": True}, "forum_topic_created": {"name": "zibeline"}}


def update(kind: str = "message", *, chat: int = GROUP, **fields: Any) -> dict[str, Any]:
    body = {"message_id": 9, "date": 5, "chat": {"id": chat, "type": "supergroup", "title": "zibeline"}}
    return {"update_id": 1, kind: {**body, "from": CLAIRE, **fields}}


def reply(input: Utterance | Tap | Unusable, **fields: Any) -> StaffReply:
    return StaffReply(input, **{"by": "17", "message": "9", "thread": "77", **fields})


HEARD: list[tuple[dict[str, Any], StaffReply | InGroup]] = [
    (update(text="Bonjour", **TOPIC), reply(Utterance("Bonjour"))),
    (update(text="Bonjour", **TOPIC, reply_to_message=ROOT), reply(Utterance("Bonjour"), reply_to="77")),
    (update(text="/fermer@alliances_bot", **TOPIC), reply(Utterance("/fermer@alliances_bot"))),
    (
        update("edited_message", text="Bonsoir", edit_date=6, **TOPIC),
        reply(Utterance("Bonsoir"), edited=True),
    ),
    (update(text="Oui", reply_to_message=US), reply(Utterance("Oui"), reply_to="4", thread="")),
    (update(document={"file_id": "zibeline"}, **TOPIC), reply(Unusable("other"))),
    (update(photo=[{"file_id": "zibeline"}], caption="a", **TOPIC), reply(Unusable("other"))),
    (update(voice={"file_id": "zibeline"}, **TOPIC), reply(Unusable("other"))),
    (update(forum_topic_closed={}, **TOPIC), reply(Utterance("/fermer"))),
    (update(forum_topic_reopened={}, **TOPIC), reply(Utterance("/rouvrir"))),
    (
        update(text="zibeline", sender_chat={"id": GROUP, "type": "supergroup"}, **TOPIC),
        reply(Unusable("other"), by="", disguise="anonymous"),
    ),
    (
        update("edited_message", text="zibeline", sender_chat={"id": GROUP, "type": "supergroup"}, **TOPIC),
        reply(Unusable("other"), by="", disguise="anonymous", edited=True),
    ),
    (
        update(text="zibeline", sender_chat={"id": -3, "type": "channel"}, **TOPIC),
        reply(Unusable("other"), by="", disguise="channel"),
    ),
    (
        update(
            text="zibeline", forward_origin={"type": "hidden_user", "sender_user_name": "zibeline"}, **TOPIC
        ),
        reply(Unusable("other"), by="", disguise="forward"),
    ),
    (
        update(caption="zibeline", photo=[{}], via_bot={"id": 5, "first_name": "zibeline"}, **TOPIC),
        reply(Unusable("other"), by="", disguise="via_bot"),
    ),
    (update(text="/question du pain", **TOPIC), InGroup(Utterance("du pain"), "9", "77")),
]


@pytest.mark.parametrize(("raw", "heard"), HEARD)
def test_what_staff_do_is_read_the_same_from_disk_and_without_names(
    raw: dict[str, Any], heard: StaffReply | InGroup
) -> None:
    found = read_update(raw, secret=SECRET, me=ME, room=ROOM)
    assert isinstance(found, Reading) and (found.address, found.input, found.name) == (HERE, heard, "")
    row = sort_update(raw, secret=SECRET, me=ME, room=ROOM)
    assert isinstance(row, tuple) and row[1] == str(GROUP)
    assert "zibeline" not in row[2] and "Pr\\u00e9nom" not in row[2]
    again = read_update(json.loads(row[2]), secret=SECRET, me=ME, room=ROOM)
    assert again == found
    if isinstance(heard, StaffReply) and isinstance(heard.input, Unusable) and not heard.disguise:
        assert isinstance(again, Reading) and isinstance(again.input, StaffReply)
        assert isinstance(again.input.input, Unusable) and again.input.input.post == f"{GROUP}/9"


UNHEARD = [
    update(text="entre nous"),
    update(text="entre nous", message_thread_id=78, is_topic_message=True),
    update(text="// une note", **TOPIC),
    update(text="/note une note", **TOPIC),
    update(document={}, caption="// une note", **TOPIC),
    update(text="autre groupe", chat=-1010, **TOPIC),
    update("edited_message", text="ailleurs", chat=-1010, **TOPIC),
    update("edited_message", text="ailleurs"),
    update(new_chat_members=[CLAIRE], **TOPIC),
    update(text="un robot", **TOPIC)
    | {"message": update(text="x", **TOPIC)["message"] | {"from": {"id": 8, "is_bot": True}}},
    update(text="à Dominique", reply_to_message={"message_id": 3, "from": {"id": 18}}),
    update(text="en tête", reply_to_message=ROOT),
]


@pytest.mark.parametrize("raw", UNHEARD)
def test_what_is_no_answer_to_a_request_is_never_written_down(raw: dict[str, Any]) -> None:
    assert isinstance(sort_update(raw, secret=SECRET, me=ME, room=ROOM), Skipped)
    assert isinstance(read_update(raw, secret=SECRET, me=ME, room=ROOM), Skipped)


@pytest.mark.parametrize("raw", [one for one, heard in HEARD if isinstance(heard, StaffReply)])
def test_without_a_group_of_staff_it_is_read_as_in_any_group(raw: dict[str, Any]) -> None:
    found = read_update(raw, secret=SECRET, me=ME)
    assert not isinstance(found, Reading) or isinstance(found.input, InGroup)


def tap(act: str, *, by: int = 17) -> dict[str, Any]:
    message = {"message_id": 9, "chat": {"id": GROUP, "type": "supergroup"}, "date": 1, **TOPIC}
    return {
        "update_id": 1,
        "callback_query": {"id": "5", "from": {"id": by}, "data": act, "message": message},
    }


def test_buttons_of_requests_say_who_tapped_and_forged_ones_nothing() -> None:
    found = read_update(tap(sign(SECRET, HERE, "req.1.take")), secret=SECRET, me=ME, room=ROOM)
    assert isinstance(found, Reading) and found.input == reply(Tap("req.1.take"))
    other = read_update(tap(sign(SECRET, HERE, "art.bail")), secret=SECRET, me=ME, room=ROOM)
    assert isinstance(other, Reading) and isinstance(other.input, InGroup)
    assert read_update(tap("req.1.take|forged00"), secret=SECRET, me=ME, room=ROOM) is Skipped.FORGED
