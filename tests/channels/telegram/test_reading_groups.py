"""What is heard in a group, case by case; and that nothing else of it is ever written down."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.grouped import bare
from bot.channels.telegram.identity import Me, owner_of
from bot.channels.telegram.reading import Skipped, lane_of, read_update
from bot.channels.telegram.signing import sign
from bot.channels.telegram.sorting import LONGEST_QUERY, Query, sort_update
from bot.model.inputs import InGroup, Membership, Tap, Utterance
from bot.model.who import Address
from bot.runtime.channel import Moved, Reading

SECRET = b"a secret of the house"
ME = Me(9, "Alliances_Bot")
PLACE = Address("telegram", "-1005")
CHAT = {"id": -1005, "type": "supergroup", "title": "Collectif des rives"}
SENDER = {"id": 1001, "is_bot": False, "first_name": "Camille", "username": "camille"}
OURS = {"message_id": 3, "from": {"id": 9, "is_bot": True, "first_name": "Alliances"}, "text": "Une réponse"}
THEIRS = {"message_id": 4, "from": {"id": 1002, "first_name": "Dominique"}, "text": "ma vie privée"}
NAME = "@alliances_bot"


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def mention(text: str, name: str = NAME) -> dict[str, Any]:
    return {"type": "mention", "offset": utf16(text[: text.index(name)]), "length": utf16(name)}


def said(words: str, /, *entities: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Words in the group, with the mention of a name in it if there is one."""
    found = [mention(words)] if NAME in words else []
    body = {"message_id": 7, "date": 1, "chat": CHAT, "from": SENDER, "text": words}
    body["entities"] = [*found, *entities]
    return {"update_id": 70, "message": {**body, **more}}


def pictured(caption: str, **more: Any) -> dict[str, Any]:
    body = {
        "message_id": 7,
        "date": 1,
        "chat": CHAT,
        "from": SENDER,
        "photo": [{"file_id": "P"}],
        "caption": caption,
    }
    return {"update_id": 71, "message": {**body, "caption_entities": [mention(caption)], **more}}


def tapped(data: str, **more: Any) -> dict[str, Any]:
    query = {"id": "99", "from": SENDER, "data": data, "message": {"message_id": 3, "chat": CHAT}}
    return {"update_id": 72, "callback_query": {**query, **more}}


def moved(old: object, new: object, **more: Any) -> dict[str, Any]:
    change = {"chat": CHAT, "from": SENDER, "old_chat_member": old, "new_chat_member": new}
    return {"update_id": 73, "my_chat_member": {**change, **more}}


def status(name: str, **more: Any) -> dict[str, Any]:
    return {"status": name, "user": {"id": 9}, **more}


ASKED = "qui signe le bail ?"

HEARD = {
    "our name in front": (said(f"{NAME} {ASKED}"), Utterance(ASKED)),
    "our name and a comma": (said(f"{NAME}, {ASKED}"), Utterance(ASKED)),
    "our name in the middle": (said(f"dis {NAME} {ASKED}"), Utterance(f"dis {ASKED}")),
    "our name at the end": (said(f"{ASKED} {NAME}"), Utterance(ASKED)),
    "our name behind signs of two units": (said(f"🌻🌻 {NAME} {ASKED}"), Utterance(f"🌻🌻 {ASKED}")),
    "our name in capitals": (
        said(f"@ALLIANCES_BOT {ASKED}", {"type": "mention", "offset": 0, "length": 14}),
        Utterance(ASKED),
    ),
    "our name twice": (
        said(f"{NAME} {NAME} {ASKED}", {"type": "mention", "offset": 15, "length": 14}),
        Utterance(ASKED),
    ),
    "our name alone": (said(NAME), Utterance("")),
    "our account without a name": (
        said(f"Alliances {ASKED}", {"type": "text_mention", "offset": 0, "length": 9, "user": {"id": 9}}),
        Utterance(ASKED),
    ),
    "our name under a picture": (pictured(f"{NAME} {ASKED}"), Utterance(ASKED)),
    "an answer to us": (
        said("et pour une petite ?", reply_to_message=OURS),
        Utterance("et pour une petite ?"),
    ),
    "an answer to us that names us": (said(f"{NAME} merci", reply_to_message=OURS), Utterance("merci")),
    "our name in an answer to somebody": (
        said(f"{NAME} {ASKED}", reply_to_message=THEIRS),
        Utterance(ASKED),
    ),
    "the command": (said(f"/question {ASKED}"), Utterance(ASKED)),
    "the command with our name": (said(f"/Question@alliances_BOT {ASKED}"), Utterance(ASKED)),
    "the command over two lines": (said("/question qui signe\nle bail ?"), Utterance(ASKED)),
    "the command alone": (said("/question"), Utterance("")),
    "a topic of a forum": (
        said(f"/question {ASKED}", message_thread_id=5, is_topic_message=True),
        Utterance(ASKED),
    ),
}


@pytest.mark.parametrize(("update", "expected"), HEARD.values(), ids=HEARD)
def test_what_is_meant_for_us_is_heard(update: dict[str, Any], expected: Utterance) -> None:
    thread = "5" if "is_topic_message" in update["message"] else ""
    reading = Reading(PLACE, InGroup(expected, "7", thread), sent=1.0)
    assert read_update(update, secret=SECRET, me=ME) == reading
    assert read_update(bare(update), secret=SECRET, me=ME) == reading
    assert lane_of(update) == "-1005"


DROPPED = {
    "words to the others": said(ASKED),
    "words that name us without a mention": said("alliances_bot est bavard"),
    "another name": said("@camille_bot oui ?", {"type": "mention", "offset": 0, "length": 12}),
    "a name that begins like ours": said(
        "@alliances_bot2 oui ?", {"type": "mention", "offset": 0, "length": 15}, entities=[]
    ),
    "another account without a name": said(
        "Alliances ?", {"type": "text_mention", "offset": 0, "length": 9, "user": {"id": 10}}
    ),
    "an answer to somebody else": said(ASKED, reply_to_message=THEIRS),
    "an answer to us without words": said(ASKED, text=None, sticker={"file_id": "S"}, reply_to_message=OURS),
    "a topic that we opened": said(ASKED, reply_to_message={**OURS, "forum_topic_created": {"name": "T"}}),
    "another command": said("/menu"),
    "another command with our name": said(f"/start{NAME}"),
    "another command in an answer to us": said("/aide", reply_to_message=OURS),
    "the command of another bot": said(f"/question@autre_bot {ASKED}"),
    "the command of another bot in an answer to us": said("/question@autre_bot a", reply_to_message=OURS),
    "an edited message": said(f"{NAME} {ASKED}", edit_date=5),
    "a forwarded message": said(f"{NAME} {ASKED}", forward_origin={"type": "hidden_user"}),
    "a message forwarded by an old server": said(f"{NAME} {ASKED}", forward_date=5),
    "a message by way of a bot": said(f"{NAME} {ASKED}", via_bot={"id": 9}),
    "an anonymous administrator": said(f"{NAME} {ASKED}", sender_chat=CHAT),
    "GroupAnonymousBot": said(f"{NAME} {ASKED}", **{"from": {"id": 1087968824, "is_bot": False}}),
    "Telegram itself": said(f"{NAME} {ASKED}", **{"from": {"id": 777000, "is_bot": False}}),
    "another bot": said(f"{NAME} {ASKED}", **{"from": {"id": 77, "is_bot": True}}),
    "nobody": said(f"{NAME} {ASKED}", **{"from": None}),
    "a channel": said(f"{NAME} {ASKED}", chat={**CHAT, "type": "channel"}),
    "an edit": {"update_id": 1, "edited_message": said(f"{NAME} {ASKED}")["message"]},
    "a post of a channel": {"update_id": 1, "channel_post": said(f"{NAME} {ASKED}")["message"]},
    "somebody who joined": said(ASKED, text=None, new_chat_members=[SENDER]),
    "our rights changed": moved(status("member"), status("administrator")),
    "a standing that nobody knows": moved(status("member"), {}),
    "an unsigned tap": tapped("more.bail"),
    "a tap signed for another group": tapped(sign(SECRET, Address("telegram", "-1006"), "more.bail")),
    "a tap signed for whoever taps": tapped(sign(SECRET, Address("telegram", "1001"), "more.bail")),
}


@pytest.mark.parametrize("update", DROPPED.values(), ids=DROPPED)
def test_everything_else_is_neither_heard_nor_written_down(update: dict[str, Any]) -> None:
    assert isinstance(read_update(update, secret=SECRET, me=ME), Skipped)
    assert isinstance(sort_update(update, secret=SECRET, me=ME), Skipped)


MOVED = {
    "let in": (moved(status("left"), status("member")), "unblocked"),
    "let in as administrator": (moved(status("kicked"), status("administrator")), "unblocked"),
    "let in with limits": (moved(status("left"), status("restricted", is_member=True)), "unblocked"),
    "let in, nothing known before": (moved(None, status("member")), "unblocked"),
    "put out": (moved(status("member"), status("kicked")), "blocked"),
    "left": (moved(status("administrator"), status("left")), "blocked"),
    "put out with limits": (moved(status("member"), status("restricted", is_member=False)), "blocked"),
}


@pytest.mark.parametrize(("update", "change"), MOVED.values(), ids=MOVED)
def test_being_let_in_or_put_out_is_heard(update: dict[str, Any], change: Any) -> None:
    reading = Reading(PLACE, InGroup(Membership(change)))
    assert read_update(update, secret=SECRET, me=ME) == reading
    assert read_update(bare(update), secret=SECRET, me=ME) == reading


@pytest.mark.parametrize(
    ("chat", "told", "before", "now"),
    [
        (-1005, {"migrate_to_chat_id": -2005}, -1005, -2005),
        (-2005, {"migrate_from_chat_id": -1005}, -1005, -2005),
    ],
)
def test_a_group_that_became_a_supergroup_has_moved(
    chat: int, told: dict[str, Any], before: int, now: int
) -> None:
    body = {"message_id": 7, "date": 1, "chat": {**CHAT, "id": chat}, "from": SENDER, **told}
    update = {"update_id": 74, "message": body}
    moved = Moved(Address("telegram", str(before)), Address("telegram", str(now)))
    assert (
        read_update(update, secret=SECRET, me=ME) == read_update(bare(update), secret=SECRET, me=ME) == moved
    )


def test_a_button_works_for_anybody_in_the_group() -> None:
    update = tapped(sign(SECRET, PLACE, "more.bail"))
    reading = Reading(PLACE, InGroup(Tap("more.bail"), "3"))
    for sender in (SENDER, {"id": 1002, "is_bot": False}):
        update["callback_query"]["from"] = sender
        assert read_update(update, secret=SECRET, me=ME) == reading
    assert read_update(bare(update), secret=SECRET, me=ME) == reading
    assert lane_of(update) == "-1005"


TOPIC = {"message_thread_id": 5, "is_topic_message": True}


@pytest.mark.parametrize(
    ("fields", "thread"),
    [(TOPIC, "5"), ({"message_thread_id": 5}, ""), ({**TOPIC, "message_thread_id": "x"}, "")],
)
def test_the_topic_of_a_forum_is_told_and_no_other_thread(fields: dict[str, Any], thread: str) -> None:
    asked = said(f"/question {ASKED}", **fields)
    touched = tapped(
        sign(SECRET, PLACE, "more.bail"), message={**OURS, "message_id": 3, "chat": CHAT, **fields}
    )
    for update in (asked, touched, bare(asked), bare(touched)):
        reading = read_update(update, secret=SECRET, me=ME)
        assert isinstance(reading, Reading) and isinstance(reading.input, InGroup)
        assert reading.input.thread == thread


def test_without_a_name_only_the_command_and_answers_are_heard() -> None:
    nameless = owner_of("9:abc")
    assert nameless == Me(9)
    for update in (
        said(f"{NAME} {ASKED}"),
        said(f"/question{NAME} {ASKED}"),
        said("@ oui", mention("@", "@")),
    ):
        assert read_update(update, secret=SECRET, me=nameless) is Skipped.GROUP
    for update in (said(f"/question {ASKED}"), said(ASKED, reply_to_message=OURS)):
        assert isinstance(read_update(update, secret=SECRET, me=nameless), Reading)


@pytest.mark.parametrize(
    "update",
    [
        said(f"/question {ASKED}", reply_to_message=THEIRS, quote={"text": "ma vie privée"}),
        said(f"{NAME} {ASKED}", reply_to_message=THEIRS, external_reply={"origin": {"sender_user": SENDER}}),
        pictured(f"{NAME} {ASKED}"),
        tapped(sign(SECRET, PLACE, "more.bail"), message={**OURS, "chat": CHAT, "reply_to_message": THEIRS}),
        moved(status("left"), status("member", invite_link={"creator": SENDER})),
    ],
)
def test_what_is_written_down_names_nobody_and_quotes_no_one_else(update: dict[str, Any]) -> None:
    row = sort_update(update, secret=SECRET, me=ME)
    assert isinstance(row, tuple)
    assert row[:2] == (update["update_id"], "-1005")
    for word in ("Camille", "camille", "Dominique", "vie priv", "Collectif", "Une r", "file_id"):
        assert word not in row[2]
    assert read_update(json.loads(row[2]), secret=SECRET, me=ME) == read_update(update, secret=SECRET, me=ME)


PRIVATE = {"message_id": 1, "chat": {"id": 1001, "type": "private"}, "from": SENDER, "text": "Bonjour"}


@pytest.mark.parametrize(
    ("update", "found"),
    [
        (
            {"update_id": 5, "inline_query": {"id": "1", "from": SENDER, "query": "bail"}},
            Query("1", 1001, "bail"),
        ),
        ({"update_id": 5, "inline_query": {"id": "1", "from": SENDER, "query": ""}}, Query("1", 1001, "")),
        (
            {"update_id": 5, "inline_query": {"id": "1", "from": SENDER, "query": "é" * 999}},
            Query("1", 1001, "é" * LONGEST_QUERY),
        ),
        (
            {"update_id": 5, "inline_query": {"id": "1", "from": SENDER, "query": "a\x00\ud800"}},
            Query("1", 1001, "a\ufffd\ufffd"),
        ),
        ({"update_id": 5, "inline_query": {"id": 1, "from": SENDER, "query": "bail"}}, Skipped.MALFORMED),
        ({"update_id": 5, "inline_query": {"id": "1", "query": "bail"}}, Skipped.MALFORMED),
        ({"update_id": 5, "inline_query": {"id": "1", "from": SENDER, "query": None}}, Skipped.MALFORMED),
        ({"update_id": 5, "inline_query": []}, Skipped.MALFORMED),
        ({"update_id": 5, "chosen_inline_result": {"query": "bail"}}, Skipped.KIND),
        ({"inline_query": {"id": "1", "from": SENDER, "query": "bail"}}, Skipped.MALFORMED),
        (
            {"update_id": 5, "message": PRIVATE},
            (5, "1001", json.dumps({"update_id": 5, "message": PRIVATE}, separators=(",", ":"))),
        ),
        ({"update_id": 5, "message": 7}, (5, "0", '{"update_id":5,"message":7}')),
        (None, Skipped.MALFORMED),
    ],
)
def test_each_update_goes_where_it_belongs(update: object, found: object) -> None:
    assert sort_update(update, secret=SECRET, me=ME) == found


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from([9, "mention", NAME]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "offset", "length", "user", "id", "from", "status", "is_member"]), inner
        )
    ),
    max_leaves=10,
)


@pytest.mark.parametrize(
    "field",
    ["text", "entities", "caption", "reply_to_message", "from", "message_id", "chat", "sender_chat"],
)
@given(value=ODD)
def test_a_strange_message_of_a_group_never_raises(field: str, value: object) -> None:
    for update in (said(f"{NAME} a", **{field: value}), pictured(f"{NAME} a", caption_entities=value)):
        sort_update(update, secret=SECRET, me=ME)
        bare(update)


@given(old=ODD, new=ODD)
def test_a_strange_change_of_standing_never_raises(old: object, new: object) -> None:
    sort_update(moved(old, new), secret=SECRET, me=ME)
    sort_update({"update_id": 1, "inline_query": old}, secret=SECRET, me=ME)
