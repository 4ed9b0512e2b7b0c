"""Messages go out over HTTP and come back as receipts."""

import asyncio
from collections.abc import Callable

import pytest

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.client import Account
from bot.model.message import AttachedFile, Markdown, Message, Option
from bot.model.receipt import Deferred, Delivered, Failed, Migrated, Receipt, Refused, Unknown, Unreachable
from bot.model.who import Address
from bot.runtime.channel import RawChannel
from tests.channels.telegram.conftest import SECRET, Shelf
from tests.telegram_api import BotApi, faults
from tests.telegram_api.faults import Fault

CAMILLE = Address("telegram", "1001")
HELLO = Message(
    Markdown("Bonjour **Camille**"), (Option("yes", "Oui", "c:1:yes"), Option("no", "Non", "c:1:no"))
)
LONG = Message(Markdown(" ".join(f"Phrase {n:04}." for n in range(700))), (Option("yes", "Oui", "c:1:yes"),))
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63606060000000040001f61738550000000049454e44ae426082"
)  # fmt: skip


def as_the_runtime_sees_it(channel: TelegramChannel) -> RawChannel:
    """The type checker is the test."""
    return channel


def reference(receipt: Receipt) -> str:
    assert isinstance(receipt, Delivered)
    return receipt.reference


async def test_a_message_arrives_with_its_buttons(api: BotApi, channel: TelegramChannel) -> None:
    camille = api.person(1001)
    receipt = await channel.send(CAMILLE, HELLO)
    heard = await camille.hears()
    assert (heard.html, heard.labels) == ("Bonjour <b>Camille</b>", ["Oui", "Non"])
    assert reference(receipt) == str(heard.message_id)


async def test_an_edit_changes_the_message_in_place(api: BotApi, channel: TelegramChannel) -> None:
    camille = api.person(1001)
    sent = reference(await channel.send(CAMILLE, HELLO))
    changed = Message(Markdown("C’est noté."))
    assert await channel.send(CAMILLE, changed, replaces=sent) == Delivered(sent)
    assert [(heard.text, heard.edited) for heard in camille.missed()] == [
        ("Bonjour Camille", False),
        ("C’est noté.", True),
    ]
    assert camille.chat.last.labels == []


async def test_an_edit_that_changes_nothing_is_delivered(api: BotApi, channel: TelegramChannel) -> None:
    api.person(1001)
    sent = reference(await channel.send(CAMILLE, HELLO))
    assert await channel.send(CAMILLE, HELLO, replaces=sent) == Delivered(sent)


@pytest.mark.parametrize("missing", ["999999", "not a number", ""])
async def test_an_edit_of_a_missing_message_is_sent_anew(
    api: BotApi, channel: TelegramChannel, missing: str
) -> None:
    camille = api.person(1001)
    receipt = await channel.send(CAMILLE, HELLO, replaces=missing)
    assert reference(receipt) == str(camille.chat.last.message_id)


async def test_an_edit_of_a_file_is_sent_anew(api: BotApi, channel: TelegramChannel, shelf: Shelf) -> None:
    camille = api.person(1001)
    stored = shelf.keep(b"%PDF", "a.pdf", "application/pdf")
    file = AttachedFile("a.pdf", "application/pdf", stored.sha256)
    sent = reference(await channel.send(CAMILLE, Message(Markdown("Voici."), attachments=(file,))))
    assert reference(await channel.send(CAMILLE, HELLO, replaces=sent)) != sent
    assert camille.chat.last.text == "Bonjour Camille"


@pytest.mark.parametrize(
    ("name", "media_type", "content", "kind"),
    [("a.pdf", "application/pdf", b"%PDF-1.7", "document"), ("a.png", "image/png", PIXEL, "photo")],
)
async def test_a_file_goes_out_with_its_caption(
    api: BotApi, channel: TelegramChannel, shelf: Shelf, name: str, media_type: str, content: bytes, kind: str
) -> None:
    camille = api.person(1001)
    stored = shelf.keep(content, name, media_type)
    file = AttachedFile(name, media_type, stored.sha256)
    await channel.send(CAMILLE, Message(Markdown("Votre *feuille*"), HELLO.options, attachments=(file,)))
    heard = await camille.hears()
    assert heard.file is not None
    assert (heard.file.kind, heard.file.upload.data, heard.file.upload.name) == (kind, content, name)
    assert (heard.html, heard.labels) == ("Votre <i>feuille</i>", ["Oui", "Non"])


async def test_a_file_that_is_gone_is_refused(api: BotApi, channel: TelegramChannel) -> None:
    api.person(1001)
    file = AttachedFile("a.pdf", "application/pdf", "ff")
    assert isinstance(await channel.send(CAMILLE, Message(Markdown("a"), attachments=(file,))), Refused)


async def test_a_retry_goes_on_where_a_long_text_stopped(api: BotApi, channel: TelegramChannel) -> None:
    camille = api.person(1001)
    first = await channel.send(CAMILLE, Message(Markdown("avant")))
    assert isinstance(first, Delivered)
    api.faults.add(faults_at_second_call(api))
    assert await channel.send(CAMILLE, LONG) == Deferred(3.0)
    assert isinstance(await channel.send(CAMILLE, LONG), Delivered)
    texts = [part.text for part in camille.missed()][1:]
    assert len(texts) == 3 and len(set(texts)) == len(texts)
    # What was said in full is said in full again.
    await channel.send(CAMILLE, LONG)
    assert len(camille.missed()) == 3


def faults_at_second_call(api: BotApi) -> faults.Rule:
    """A flood at the second part: the stand-in takes rules in order, so the first one lets a call through."""
    api.fault(Fault("none", effect=True), method="sendMessage")
    return faults.Rule(faults.flood(3), "sendMessage")


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (faults.blocked(), Unreachable("Forbidden: Forbidden: bot was blocked by the user")),
        (faults.deactivated(), Unreachable("Forbidden: Forbidden: user is deactivated")),
        (faults.chat_not_found(), Unreachable("BadRequest: Chat not found")),
        (faults.flood(17), Deferred(17.0)),
        (faults.flood_without_parameters(17), Deferred(17.0)),
        (faults.migrated(-100500), Migrated("-100500")),
        (faults.bad_request("BUTTON_DATA_INVALID"), Refused("BadRequest: Button_data_invalid")),
        (faults.bare_refusal(), Refused("BadRequest: Refused")),
        (faults.server_error(502), Failed("NetworkError: Bad Gateway (502)")),
        (faults.server_error(500), Failed("NetworkError: Internal Server Error (500)")),
        (faults.unauthorized(), Failed("InvalidToken: Unauthorized")),
        (faults.malformed(effect=True), Unknown("TelegramError: Invalid server response")),
        (faults.slow(1.0), Unknown("TimedOut: Timed out")),
        (faults.slow_body(1.0), Unknown("TimedOut: Timed out")),
    ],
    ids=lambda value: value.name if isinstance(value, Fault) else "",
)
async def test_each_failure_has_its_receipt(
    api: BotApi, channel: TelegramChannel, fault: Fault, expected: Receipt
) -> None:
    api.person(1001)
    api.fault(fault, method="sendMessage")
    assert await channel.send(CAMILLE, HELLO) == expected


@pytest.mark.parametrize("fault", [faults.reset, faults.reset_after_effect])
async def test_a_connection_cut_after_the_call_left_is_unknown(
    api: BotApi, channel: TelegramChannel, fault: Callable[[], Fault]
) -> None:
    api.person(1001)
    api.fault(fault(), method="sendMessage")
    assert isinstance(await channel.send(CAMILLE, HELLO), Unknown)


async def test_a_server_that_is_away_is_a_failure_and_then_no_more(
    api: BotApi, channel: TelegramChannel
) -> None:
    api.person(1001)
    await api.goes_down()
    assert isinstance(await channel.send(CAMILLE, HELLO), Failed)
    await api.comes_back()
    assert isinstance(await channel.send(CAMILLE, HELLO), Delivered)


@pytest.mark.parametrize("fault", [faults.blocked(), faults.flood(2), faults.server_error()])
async def test_an_edit_fails_as_a_message_does(api: BotApi, channel: TelegramChannel, fault: Fault) -> None:
    api.person(1001)
    sent = reference(await channel.send(CAMILLE, HELLO))
    api.fault(fault, method="editMessageText")
    receipt = await channel.send(CAMILLE, Message(Markdown("autre")), replaces=sent)
    assert isinstance(receipt, Unreachable | Deferred | Failed)


async def test_a_person_who_blocked_us_is_unreachable(api: BotApi, channel: TelegramChannel) -> None:
    camille = api.person(1001)
    await camille.blocks_bot()
    assert isinstance(await channel.send(CAMILLE, HELLO), Unreachable)


@pytest.mark.parametrize(
    "address", [Address("web", "1001"), Address("telegram", "x"), Address("telegram", "-")]
)
async def test_a_strange_address_is_refused_without_a_call(
    api: BotApi, channel: TelegramChannel, address: Address
) -> None:
    assert isinstance(await channel.send(address, HELLO), Refused)
    assert api.journal == []


async def test_a_request_keyboard_goes_away_with_the_next_message(
    api: BotApi, channel: TelegramChannel
) -> None:
    camille = api.person(1001)
    back = (Option("back", "Retour", "k:back"),)
    await channel.send(CAMILLE, Message(Markdown("Votre numéro ?"), controls=back, request="phone"))
    assert camille.chat.reply_keyboard is not None
    assert camille.chat.reply_keyboard.labels == ["Partager mon numéro", "Retour"]
    await channel.send(CAMILLE, HELLO)
    assert camille.chat.reply_keyboard is None
    assert [message.text for message in camille.chat.messages] == ["Votre numéro ?", "Bonjour Camille"]
    assert camille.chat.last.labels == ["Oui", "Non"]


async def test_a_message_without_buttons_removes_a_request_keyboard_itself(
    api: BotApi, channel: TelegramChannel
) -> None:
    camille = api.person(1001)
    await channel.send(CAMILLE, Message(Markdown("Où ?"), request="location"))
    await channel.send(CAMILLE, Message(Markdown("Merci.")))
    assert camille.chat.reply_keyboard is None
    assert len(api.calls("sendMessage")) == 2


async def test_an_announcement_leaves_a_request_keyboard_alone(api: BotApi, channel: TelegramChannel) -> None:
    camille = api.person(1001)
    await channel.send(CAMILLE, Message(Markdown("Votre numéro ?"), request="phone"))
    assert isinstance(await channel.send(CAMILLE, Message(Markdown("Avis")), bulk=True), Delivered)
    assert camille.chat.reply_keyboard is not None
    assert [message.text for message in camille.chat.messages] == ["Votre numéro ?", "Avis"]


async def test_an_announcement_takes_no_connection_of_the_replies(api: BotApi, shelf: Shelf) -> None:
    channel = TelegramChannel(
        Account(api.token, api=api.url, patience=60),
        secret=SECRET,
        keep=shelf.keep,
        load=shelf.load,
        requests={},
    )
    people = [Address("telegram", str(2000 + number)) for number in range(40)]
    for person in (*people, CAMILLE):
        api.person(int(person.id))
    slow = api.fault(faults.slow(60.0), method="sendMessage", times=len(people))
    held = [asyncio.create_task(channel.send(person, HELLO, bulk=True)) for person in people]
    try:
        async with asyncio.timeout(5):
            while slow.left:
                await asyncio.sleep(0.005)
            assert isinstance(await channel.send(CAMILLE, HELLO), Delivered)
        assert not any(task.done() for task in held)
    finally:
        for task in held:
            task.cancel()
        await asyncio.gather(*held, return_exceptions=True)
        await channel.close()


async def test_a_link_has_no_preview(api: BotApi, channel: TelegramChannel) -> None:
    api.person(1001)
    await channel.send(CAMILLE, Message(Markdown("[source](https://example.org)")))
    await channel.send(CAMILLE, Message(Markdown("sans lien")))
    sent = api.calls("sendMessage")
    assert sent[0].params["link_preview_options"] == {"is_disabled": True}
    assert "link_preview_options" not in sent[1].params


async def test_typing_shows_and_never_fails(api: BotApi, channel: TelegramChannel) -> None:
    camille = api.person(1001)
    await channel.typing(CAMILLE)
    assert camille.chat.actions == ["typing"]
    api.fault(faults.blocked(), method="sendChatAction")
    await channel.typing(CAMILLE)


async def test_the_menu_shows_the_commands(api: BotApi, channel: TelegramChannel) -> None:
    assert await channel.introduce([("aide", "Obtenir de l’aide"), ("menu", "Voir le menu")])
    assert api.calls("setMyCommands")[0].params["commands"] == [
        {"command": "aide", "description": "Obtenir de l’aide"},
        {"command": "menu", "description": "Voir le menu"},
    ]
    assert api.calls("setChatMenuButton")[0].ok
    api.fault(faults.server_error(), method="setMyCommands")
    assert not await channel.introduce([("aide", "Obtenir de l’aide")])


async def test_an_answer_in_a_group_answers_its_question(api: BotApi, channel: TelegramChannel) -> None:
    camille, group = api.person(1001), api.group(-1005)
    asked = await camille.says("/question le bail", chat=group.chat)
    answer = Message(Markdown("Le bail."), reply_to=str(asked.message_id))
    await channel.send(Address("telegram", "-1005"), answer)
    assert group.chat.last.reply_to == asked.message_id
    asked.deleted = True
    assert isinstance(await channel.send(Address("telegram", "-1005"), answer), Delivered)
    assert group.chat.last.reply_to is None


@pytest.mark.parametrize("gone", ["message to be replied not found", "message thread not found"])
async def test_in_a_forum_an_answer_whose_question_is_gone_goes_out_into_the_chat(
    api: BotApi, channel: TelegramChannel, gone: str
) -> None:
    camille, group = api.person(1001), api.group(-1005)
    group.chat.is_forum = True
    asked = await camille.says("/question le bail", chat=group.chat, thread=77)
    answer = Message(Markdown("Le bail."), reply_to=str(asked.message_id))
    await channel.send(Address("telegram", "-1005"), answer)
    assert group.chat.last.thread == 77
    asked.deleted = True
    api.fault(faults.bad_request(gone), method="sendMessage")
    slots = Slots()
    channel.keep_pace(slots)
    receipt = await channel.send(Address("telegram", "-1005"), answer)
    last = group.chat.last
    assert (last.text, last.reply_to, last.thread) == ("Le bail.", None, None)
    assert reference(receipt) == str(last.message_id)
    assert slots.taken == 1  # the second call keeps the pace too


async def test_a_message_that_answers_nobody_is_refused_for_a_topic_that_is_gone(
    api: BotApi, channel: TelegramChannel
) -> None:
    api.person(1001)
    api.fault(faults.bad_request("message thread not found"), method="sendMessage")
    assert isinstance(await channel.send(CAMILLE, HELLO), Refused)
    assert len(api.calls("sendMessage")) == 1


class Slots:
    """A pace that gives each place at once and counts them."""

    def __init__(self) -> None:
        self.taken = 0

    def reserve(self, channel: str, *, within: float, chat: str = "") -> float | None:
        self.taken += 1
        return 0.0

    def refused(self, channel: str, seconds: float) -> None:
        raise AssertionError("nobody refused anything")


@pytest.mark.parametrize(("message", "places"), [(HELLO, 0), (LONG, 2)])
async def test_each_further_call_of_a_long_message_takes_a_place_at_the_pace(
    api: BotApi, channel: TelegramChannel, message: Message, places: int
) -> None:
    camille, slots = api.person(1001), Slots()
    channel.keep_pace(slots)
    reference(await channel.send(CAMILLE, message))
    assert (slots.taken, len(camille.chat.messages)) == (places, places + 1)
