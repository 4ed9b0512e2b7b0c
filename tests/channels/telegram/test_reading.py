"""What a raw update means, case by case."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.identity import Me
from bot.channels.telegram.reading import MAX_FILE, Skipped, file_of, lane_of, query_of, read_update
from bot.channels.telegram.signing import sign
from bot.channels.telegram.sorting import sort_update
from bot.model.inputs import (
    Attachment,
    Command,
    Contact,
    Input,
    Location,
    Membership,
    Opening,
    Rewritten,
    Tap,
    Unusable,
    Utterance,
)
from bot.model.values import StoredFile
from bot.model.who import Address
from bot.runtime.channel import Reading

SECRET = b"a secret of the house"
ME = Me(9, "Alliances_Bot")
CAMILLE = Address("telegram", "1001")
CHAT = {"id": 1001, "type": "private", "first_name": "Camille"}
SENDER = {"id": 1001, "is_bot": False, "first_name": "Camille"}
GROUP = {"id": -5, "type": "supergroup", "title": "Groupe"}
PAYLOAD = "a-_" * 21 + "Z"  # 64 signs


def message(**content: Any) -> dict[str, Any]:
    return {"update_id": 7, "message": {"message_id": 1, "date": 1, "chat": CHAT, "from": SENDER, **content}}


def tap(data: Any, **changes: Any) -> dict[str, Any]:
    query = {"id": "99", "from": SENDER, "data": data, "message": {"message_id": 1, "date": 1, "chat": CHAT}}
    return {"update_id": 8, "callback_query": {**query, **changes}}


def membership(status: str, **changes: Any) -> dict[str, Any]:
    change = {"chat": CHAT, "from": SENDER, "new_chat_member": {"status": status, "user": {"id": 9}}}
    return {"update_id": 9, "my_chat_member": {**change, **changes}}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"text": "Bonjour"}, Utterance("Bonjour")),
        ({"text": "  deux\nlignes "}, Utterance("  deux\nlignes ")),
        ({"text": "nul\x00 et \ud800"}, Utterance("nul\ufffd et \ufffd")),
        ({"text": " \n"}, Unusable("other")),
        ({"text": "/aide"}, Command("aide")),
        ({"text": "/Aide@Alliances_Bot  le  menu "}, Command("aide", "le  menu")),
        ({"text": "/mes_donnees"}, Command("mes_donnees")),
        (
            {"text": "/question qui peut voter\nchez nous ?"},
            Command("question", "qui peut voter\nchez nous ?"),
        ),
        ({"text": "/été"}, Utterance("/été")),
        ({"text": "/"}, Utterance("/")),
        ({"text": "et/ou"}, Utterance("et/ou")),
        ({"text": "/start"}, Command("start")),
        ({"text": "/start@alliances_bot"}, Command("start")),
        ({"text": f"/start {PAYLOAD}"}, Opening(PAYLOAD)),
        ({"text": f"/start {PAYLOAD}a"}, Command("start")),
        ({"text": "/start ../../etc/passwd"}, Command("start")),
        ({"text": "/start deux mots"}, Command("start")),
        ({"text": "/aide", "forward_origin": {}}, Utterance("/aide", forwarded=True)),
        ({"text": f"/start {PAYLOAD}", "via_bot": {}}, Utterance(f"/start {PAYLOAD}", forwarded=True)),
        ({"text": " ", "forward_date": 1}, Unusable("other")),
        ({"text": "/start événement"}, Command("start")),
        (
            {"contact": {"phone_number": "33612345678", "first_name": "C"}},
            Attachment(Contact("+33612345678")),
        ),
        ({"contact": {"phone_number": "+33612345678"}}, Attachment(Contact("+33612345678"))),
        ({"contact": {"phone_number": "0612345678"}}, Attachment(Contact("0612345678"))),
        ({"location": {"latitude": 48.85, "longitude": 2}}, Attachment(Location(48.85, 2.0))),
        (
            {
                "document": {
                    "file_id": "F",
                    "file_name": "../statuts.pdf",
                    "mime_type": "application/pdf",
                    "file_size": 9,
                }
            },
            Attachment(StoredFile("", ".._statuts.pdf", "application/pdf", 9)),
        ),
        (
            {"document": {"file_id": "F"}},
            Attachment(StoredFile("", "document", "application/octet-stream", 0)),
        ),
        ({"document": {"file_id": "F", "file_size": MAX_FILE + 1}}, Unusable("too_large")),
        ({"document": {"file_id": 5}}, Unusable("other")),
        (
            {"photo": [{"file_id": "P", "file_size": 3}]},
            Attachment(StoredFile("", "photo.jpg", "image/jpeg", 3)),
        ),
        ({"photo": []}, Unusable("other")),
        ({"voice": {"file_id": "V"}}, Unusable("voice")),
        ({"video_note": {"file_id": "V"}}, Unusable("voice")),
        ({"sticker": {"file_id": "S"}}, Unusable("sticker")),
        ({"animation": {"file_id": "A"}, "document": {"file_id": "A"}}, Unusable("other")),
        ({"video": {"file_id": "V"}}, Unusable("other")),
        ({"poll": {"id": "1"}}, Unusable("other")),
    ],
)
def test_a_private_message_becomes_an_input(content: dict[str, Any], expected: Input) -> None:
    reading = Reading(CAMILLE, expected, "Camille", sent=1.0)
    assert read_update(message(**content), secret=SECRET, me=ME) == reading


@pytest.mark.parametrize("date", [None, "1", 0, -5, 1 << 70, 1.5])
def test_without_a_date_nobody_knows_when_it_was_sent(date: object) -> None:
    reading = read_update(message(text="a", date=date), secret=SECRET, me=ME)
    assert isinstance(reading, Reading) and reading.sent is None


@pytest.mark.parametrize(
    ("update", "expected"),
    [
        (tap(sign(SECRET, CAMILLE, "c:4:moyens")), Tap("c:4:moyens")),
        (tap(sign(SECRET, CAMILLE, "m"), message=None), Tap("m")),
        (membership("kicked"), Membership("blocked")),
        (membership("member"), Membership("unblocked")),
    ],
)
def test_taps_and_membership_become_inputs(update: object, expected: Input) -> None:
    assert read_update(update, secret=SECRET, me=ME) == Reading(CAMILLE, expected, "Camille")


@pytest.mark.parametrize(
    ("update", "why"),
    [
        (tap("c:4:moyens"), Skipped.FORGED),
        (tap(sign(SECRET, Address("telegram", "1002"), "m")), Skipped.FORGED),
        (tap("x" * 64), Skipped.FORGED),
        (tap(sign(SECRET, CAMILLE, "m"), message={"chat": GROUP}), Skipped.FORGED),
        (tap(None), Skipped.MALFORMED),
        (message(text="Bonjour", chat=GROUP), Skipped.GROUP),
        (message(text="Bonjour", **{"from": {**SENDER, "is_bot": True}}), Skipped.BOT),
        (message(text="Bonjour", **{"from": None}), Skipped.MALFORMED),
        (message(text="Bonjour", chat=[]), Skipped.MALFORMED),
        (message(text="Bonjour", chat={**CHAT, "id": 1002}), Skipped.MALFORMED),
        (message(pinned_message={"message_id": 1}), Skipped.SERVICE),
        (message(message_auto_delete_timer_changed={}), Skipped.SERVICE),
        (message(text=5), Skipped.SERVICE),
        (message(text="Bonjour", chat={**GROUP, "type": "channel"}), Skipped.GROUP),
        (membership("administrator", chat={**GROUP, "type": "channel"}), Skipped.GROUP),
        (membership("wizard"), Skipped.MALFORMED),
        ({"update_id": 1, "edited_message": message(text="/effacer")["message"]}, Skipped.KIND),
        (
            {"update_id": 1, "edited_message": message(location={"latitude": 1, "longitude": 1})["message"]},
            Skipped.KIND,
        ),
        ({"update_id": 1, "edited_message": message(text="a", chat=GROUP)["message"]}, Skipped.KIND),
        ({"update_id": 1, "edited_message": 5}, Skipped.MALFORMED),
        ({"update_id": 1, "channel_post": {}}, Skipped.KIND),
        ({"update_id": 1, "kind_of_2030": {"text": "?"}}, Skipped.KIND),
        ({"message": message(text="Bonjour")["message"]}, Skipped.MALFORMED),
        ([], Skipped.MALFORMED),
        (None, Skipped.MALFORMED),
    ],
)
def test_what_is_not_for_us_is_skipped_with_its_reason(update: object, why: Skipped) -> None:
    assert read_update(update, secret=SECRET, me=ME) is why


@pytest.mark.parametrize(
    ("first_name", "name"),
    [
        ("Zoé", "Zoé"),
        (" A\n\tB ", "A B"),
        ("<b>x</b>", "<b>x</b>"),
        ("n" * 90, "n" * 64),
        (None, ""),
        (7, ""),
    ],
)
def test_the_first_name_is_one_clean_line(first_name: object, name: str) -> None:
    reading = read_update(
        message(text="a", **{"from": {"id": 1001, "first_name": first_name}}), secret=SECRET, me=ME
    )
    assert isinstance(reading, Reading) and reading.name == name


@pytest.mark.parametrize(
    ("update", "lane"),
    [
        (message(text="a"), "1001"),
        (tap("forged"), "1001"),
        (membership("kicked"), "1001"),
        ({"update_id": 1, "poll": {}}, "0"),
        ("nonsense", "0"),
    ],
)
def test_everything_of_one_person_waits_in_one_lane(update: object, lane: str) -> None:
    assert lane_of(update) == lane


def test_the_largest_of_a_photos_sizes_is_fetched() -> None:
    sizes = [
        {"file_id": "small", "width": 90, "height": 90},
        {"file_id": "large", "width": 900, "height": 900},
        5,
    ]
    found = file_of(message(photo=sizes))
    assert found is not None and found[0] == "large"


def test_only_a_tap_waits_for_a_sign() -> None:
    assert query_of(tap("forged")) == "99"
    assert query_of(message(text="a")) is None


WORDS = [
    "update_id",
    "message",
    "callback_query",
    "my_chat_member",
    "chat",
    "from",
    "id",
    "type",
    "private",
    "text",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=5),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(WORDS[:4]), JSON) | JSON)
def test_reading_never_raises(update: object) -> None:
    assert isinstance(read_update(update, secret=SECRET, me=ME), Reading | Skipped)
    lane_of(update)
    file_of(update)
    query_of(update)


@pytest.mark.parametrize(
    "field", ["text", "contact", "location", "document", "photo", "voice", "chat", "from", "video"]
)
@given(value=JSON)
def test_reading_never_raises_on_a_strange_field(field: str, value: object) -> None:
    assert isinstance(read_update(message(**{field: value}), secret=SECRET, me=ME), Reading | Skipped)


@pytest.mark.parametrize(
    ("fields", "content"),
    [
        ({"text": "Le 15"}, Utterance("Le 15")),
        ({"photo": [{"file_id": "F"}], "caption": "le bail"}, Unusable("other")),
        ({"document": {"file_id": "F"}}, Unusable("other")),
    ],
)
def test_what_a_person_changes_is_read_with_the_message_that_it_was(
    fields: dict[str, object], content: Utterance | Unusable
) -> None:
    update = {"update_id": 1, "edited_message": {**message(**fields)["message"], "edit_date": 5}}
    found = read_update(update, secret=SECRET, me=ME)
    assert isinstance(found, Reading) and found.input == Rewritten(content) and not found.name
    assert isinstance(found.input, Rewritten) and found.input.content.post == "1001/1"
    assert lane_of(update) == "1001"
    row = sort_update(update, secret=SECRET, me=ME)
    assert isinstance(row, tuple) and row[:2] == (1, "1001")
    again = read_update(json.loads(row[2]), secret=SECRET, me=ME)
    assert isinstance(again, Reading) and again.input == found.input and "Camille" not in row[2]
    assert found.sent == again.sent == 5, "when it was changed: by that floods are judged"
