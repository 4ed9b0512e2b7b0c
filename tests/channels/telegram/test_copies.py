"""Copies of announcements over HTTP: posts copied, polls asked and answered, corrections and recalls."""

from dataclasses import replace

import pytest

from bot.channels.telegram.channel import TelegramChannel
from bot.model.inputs import Attachment, Tap, Unusable, Utterance
from bot.model.message import AttachedFile, Markdown, Message, Option, Poll
from bot.model.receipt import Deferred, Delivered, Receipt, Refused, Unreachable
from bot.model.who import Address
from bot.runtime.channel import Reading, Voted
from tests.channels.telegram.conftest import Shelf, channel_at
from tests.channels.telegram.test_sending import PIXEL
from tests.telegram_api import BotApi, ManualClock, Person, faults

CAMILLE = Address("telegram", "1001")
STOP = Option("news", "Ne plus recevoir", "do.news")
TEXT = Message(Markdown("Avis"), controls=(STOP,))
NOTICE = Message(Markdown("Ce message a été retiré."), recalls=True)
TWO_DAYS = 48 * 3600.0


async def copied(channel: TelegramChannel, message: Message, at: Address = CAMILLE) -> Delivered:
    receipt = await channel.send(at, message, bulk=True)
    assert isinstance(receipt, Delivered), receipt
    return receipt


async def amended(channel: TelegramChannel, message: Message, reference: str) -> Receipt:
    return await channel.send(CAMILLE, message, replaces=reference, bulk=True)


def shown(person: Person) -> list[str]:
    return [one.text for one in person.chat.messages]


async def last_reading(api: BotApi, channel: TelegramChannel) -> object:
    """What the newest update means."""
    import json

    newest = max(api.updates.history)
    return channel.read(json.dumps(api.updates.history[newest].body))


@pytest.mark.parametrize("what", ["text", "photo", "document"])
async def test_a_post_of_staff_arrives_as_it_is_with_our_buttons(
    api: BotApi, channel: TelegramChannel, what: str
) -> None:
    claire, camille = api.person(1002), api.person(1001)
    match what:
        case "text":
            posted = await claire.says("Bonjour à toutes et tous")
        case "photo":
            posted = await claire.shares_photo(PIXEL, caption="Notre fête")
        case _:
            posted = await claire.shares_document("note.pdf", b"%PDF", caption="La note")
    reading = await last_reading(api, channel)
    assert isinstance(reading, Reading)
    assert isinstance(reading.input, Utterance | Attachment)
    assert reading.input.post == f"1002/{posted.message_id}"
    await copied(channel, replace(TEXT, copied=reading.input.post))
    heard = await camille.hears()
    assert (heard.text, heard.labels) == (posted.text, ["Ne plus recevoir"])
    assert (heard.file is None) == (what == "text")


async def test_a_caption_comes_with_the_file_for_who_composes(api: BotApi, channel: TelegramChannel) -> None:
    await api.person(1002).shares_photo(PIXEL, caption="Notre fête")
    reading = await last_reading(api, channel)
    assert isinstance(reading, Reading) and isinstance(reading.input, Attachment)
    assert reading.input.text == "Notre fête"


async def test_a_post_that_was_deleted_meanwhile_is_refused(api: BotApi, channel: TelegramChannel) -> None:
    claire = api.person(1002)
    api.person(1001)
    posted = await claire.says("Bonjour")
    await claire.deletes(posted)
    receipt = await channel.send(CAMILLE, replace(TEXT, copied=f"1002/{posted.message_id}"), bulk=True)
    assert isinstance(receipt, Refused) and "message to copy not found" in receipt.reason.lower()


async def test_a_poll_of_staff_is_read_so_that_it_can_be_asked_again(
    api: BotApi, channel: TelegramChannel
) -> None:
    await api.person(1002).posts_poll("On se voit ?", "Lundi", "Mardi", several=True)
    reading = await last_reading(api, channel)
    assert isinstance(reading, Reading)
    assert reading.input == Attachment(Poll("On se voit ?", ("Lundi", "Mardi"), several=True))


@pytest.mark.parametrize(
    "poll",
    [
        {"question": "?", "options": [{"text": "a"}, {"text": "b"}], "type": "quiz"},
        {"question": "", "options": [{"text": "a"}, {"text": "b"}]},
        {"question": "?", "options": [{"text": "a"}]},
        {"question": "?", "options": ["a", 5]},
        {},
        None,
    ],
)
def test_what_cannot_be_asked_again_is_no_poll(channel: TelegramChannel, poll: object) -> None:
    import json

    user = {"id": 1002, "is_bot": False, "first_name": "Claire"}
    message = {"message_id": 1, "chat": {"id": 1002, "type": "private"}, "from": user, "poll": poll}
    reading = channel.read(json.dumps({"update_id": 1, "message": message}))
    assert isinstance(reading, Reading) and reading.input == Unusable("other")


async def test_each_person_gets_a_poll_of_their_own_and_its_answer_comes_back(
    api: BotApi, channel: TelegramChannel
) -> None:
    camille, awa = api.person(1001), api.person(1003)
    asked = replace(TEXT, poll=Poll("On se voit ?", ("Lundi", "Mardi")))
    mine = await copied(channel, asked)
    theirs = await copied(channel, asked, Address("telegram", "1003"))
    assert mine.poll and theirs.poll and mine.poll != theirs.poll
    assert len(mine.reference.split(",")) == 2  # the text, then the poll
    (_, poll) = camille.chat.messages
    assert poll.content.extra["poll"]["is_anonymous"] is False
    assert poll.labels == ["Ne plus recevoir"]
    await awa.votes(1)
    assert await last_reading(api, channel) == Voted(Address("telegram", "1003"), theirs.poll, (1,))
    await awa.votes()
    assert await last_reading(api, channel) == Voted(Address("telegram", "1003"), theirs.poll, ())


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (
            {"poll_id": "7", "user": {"id": 5}, "option_ids": [0, 2]},
            Voted(Address("telegram", "5"), "7", (0, 2)),
        ),
        (
            {"poll_id": "7", "user": {"id": 5}, "option_ids": [0, 99, "x"]},
            Voted(Address("telegram", "5"), "7", (0,)),
        ),
        ({"poll_id": "7", "voter_chat": {"id": -5}, "option_ids": [0]}, None),
    ],
)
def test_a_vote_is_read_without_anything_but_who_and_what(
    channel: TelegramChannel, body: object, read: Voted | None
) -> None:
    import json

    assert channel.read(json.dumps({"update_id": 1, "poll_answer": body})) == read


@pytest.mark.parametrize("body", [None, {}, {"poll_id": 7, "user": {"id": 5}, "option_ids": []}])
def test_a_malformed_vote_is_told(channel: TelegramChannel, body: object) -> None:
    import json

    with pytest.raises(ValueError, match="not an update"):
        channel.read(json.dumps({"update_id": 1, "poll_answer": body}))


async def test_a_tap_says_which_message_carries_the_button(api: BotApi, channel: TelegramChannel) -> None:
    camille = api.person(1001)
    sent = await copied(channel, TEXT)
    await camille.taps("Ne plus recevoir")
    reading = await last_reading(api, channel)
    assert isinstance(reading, Reading) and isinstance(reading.input, Tap)
    assert reading.input.post == sent.reference


# ---- corrections and recalls ----


async def test_a_correction_changes_the_text_in_place(api: BotApi, channel: TelegramChannel) -> None:
    camille = api.person(1001)
    sent = await copied(channel, TEXT)
    better = replace(TEXT, text=Markdown("Avis **corrigé**"))
    for _ in range(2):  # after a crash the same edit comes again
        assert await amended(channel, better, sent.reference) == Delivered(sent.reference)
    assert shown(camille) == ["Avis corrigé"]
    assert camille.chat.last.labels == ["Ne plus recevoir"]


async def test_a_correction_of_a_picture_changes_its_caption(
    api: BotApi, channel: TelegramChannel, shelf: Shelf
) -> None:
    camille = api.person(1001)
    stored = shelf.keep(PIXEL, "fete.png", "image/png")
    picture = AttachedFile("fete.png", "image/png", stored.sha256)
    sent = await copied(channel, replace(TEXT, attachments=(picture,)))
    better = replace(TEXT, text=Markdown("Corrigé"), attachments=(picture,))
    assert await amended(channel, better, sent.reference) == Delivered(sent.reference)
    assert (camille.chat.last.text, camille.chat.last.file is not None) == ("Corrigé", True)


async def test_the_correction_of_a_copied_picture_goes_to_its_caption(
    api: BotApi, channel: TelegramChannel
) -> None:
    claire, camille = api.person(1002), api.person(1001)
    posted = await claire.shares_photo(PIXEL, caption="Notre fête")
    sent = await copied(channel, replace(TEXT, copied=f"1002/{posted.message_id}"))
    assert await amended(channel, replace(TEXT, text=Markdown("Corrigé")), sent.reference) == sent
    assert camille.chat.last.text == "Corrigé"


async def test_a_correction_is_never_said_anew(api: BotApi, channel: TelegramChannel) -> None:
    camille = api.person(1001)
    sent = await copied(channel, TEXT)
    await camille.deletes(camille.chat.last)
    receipt = await amended(channel, replace(TEXT, text=Markdown("Corrigé")), sent.reference)
    assert isinstance(receipt, Refused)
    assert shown(camille) == []


async def test_a_correction_with_more_parts_than_the_copy_is_refused(
    api: BotApi, channel: TelegramChannel
) -> None:
    camille = api.person(1001)
    sent = await copied(channel, TEXT)
    receipt = await amended(channel, replace(TEXT, text=Markdown("mot " * 3000)), sent.reference)
    assert isinstance(receipt, Refused) and "other parts" in receipt.reason
    assert shown(camille) == ["Avis"]


@pytest.mark.parametrize(
    ("fault", "receipt"),
    [(faults.flood(3), Deferred(3.0)), (faults.blocked(), Unreachable), (faults.server_error(), None)],
)
async def test_what_stops_an_edit_comes_back_as_a_receipt(
    api: BotApi, channel: TelegramChannel, fault: faults.Fault, receipt: object
) -> None:
    api.person(1001)
    sent = await copied(channel, TEXT)
    api.fault(fault, method="editMessageText")
    got = await amended(channel, replace(TEXT, text=Markdown("Corrigé")), sent.reference)
    assert got == receipt if isinstance(receipt, Deferred) else not isinstance(got, Delivered)


async def test_a_recall_deletes_every_part_and_a_second_one_is_no_error(
    api: BotApi, channel: TelegramChannel
) -> None:
    camille = api.person(1001)
    sent = await copied(channel, replace(TEXT, poll=Poll("?", ("a", "b"))))
    for _ in range(2):
        assert await amended(channel, NOTICE, sent.reference) == Delivered(sent.reference)
    assert shown(camille) == []


async def test_after_48_hours_a_recall_leaves_a_notice_in_its_place(shelf: Shelf) -> None:
    clock = ManualClock()
    async with BotApi(clock=clock) as api:
        camille = api.person(1001)
        async with channel_at(api, shelf) as channel:
            early = await copied(channel, TEXT)
            await clock.advance(TWO_DAYS + 1)
            late = await copied(channel, replace(TEXT, text=Markdown("Autre")))
            for one in (early, late):
                assert await amended(channel, NOTICE, one.reference) == Delivered(one.reference)
            assert shown(camille) == ["Ce message a été retiré."]
            assert camille.chat.last.labels == []
