"""The stand-in against a real client: what is sent, edited, tapped, shared and refused."""

import json

import aiohttp
import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    InputMediaDocument,
    KeyboardButton,
    MenuButtonCommands,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError

from tests.telegram_api import BotApi
from tests.telegram_api.markup import EntityError, parse_html, tidy, utf16

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (7).to_bytes(4, "big") + (9).to_bytes(4, "big")


def keyboard(*labels: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(one, callback_data=f"do:{one}")] for one in labels])


async def test_a_message_in_html_arrives_as_text_with_entities(api: BotApi, bot: Bot) -> None:
    camille = api.person(1)
    sent = await bot.send_message(1, "<b>Bonjour</b> &lt;ami&gt; 🌻 <i>fin</i>", parse_mode="HTML")
    heard = await camille.hears()
    assert (heard.text, heard.message_id, heard.edited) == ("Bonjour <ami> 🌻 fin", sent.message_id, False)
    assert [(one["type"], one["offset"], one["length"]) for one in heard.entities] == [
        ("bold", 0, 7),
        ("italic", 17, 3),
    ]
    assert sent.text_html == heard.html


@pytest.mark.parametrize(
    ("source", "text", "kinds"),
    [
        ("<a href='https://exemple.fr/?a=1&amp;b'>ici</a>", "ici", ["text_link"]),
        ('<a href="">ici</a>', "ici", []),
        ('<pre><code class="language-python">x</code></pre>', "x", ["pre"]),
        ("<blockquote expandable>x</blockquote>", "x", ["expandable_blockquote"]),
        ("<b><i>x</i></b>", "x", ["bold", "italic"]),
        ("<tg-spoiler>x</tg-spoiler><span class='tg-spoiler'>y</span>", "xy", ["spoiler", "spoiler"]),
        ("a &amp; b &#233; &unknown; &nbsp;", "a & b é &unknown; &nbsp;", []),
        ("<b></b>vide", "vide", []),
    ],
)
def test_html_is_read_as_telegram_reads_it(source: str, text: str, kinds: list[str]) -> None:
    read, entities = parse_html(source)
    assert (read, sorted(one["type"] for one in entities)) == (text, sorted(kinds))


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("é<font>x</font>", 'Unsupported start tag "font" at byte offset 2'),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
        ("x <b", "Unclosed start tag at byte offset 2"),
        ('<span class="x">y</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<a href>y</a>", "Expected equal sign in declaration of an attribute of the tag"),
    ],
)
async def test_broken_html_is_refused_in_telegrams_words(
    api: BotApi, bot: Bot, source: str, words: str
) -> None:
    with pytest.raises(EntityError, match=r".") as error:
        parse_html(source)
    assert words in str(error.value)
    api.person(1)
    with pytest.raises(BadRequest, match="an't parse entities: ") as refused:
        await bot.send_message(1, source, parse_mode="HTML")
    assert words.lower() in refused.value.message.lower()  # PTB lowers all but the first letter


def test_white_space_at_the_ends_goes_and_entities_follow() -> None:
    text, entities = tidy("  🌻 x \n", [{"type": "bold", "offset": 0, "length": 4}])
    assert (text, entities) == ("🌻 x", [{"type": "bold", "offset": 0, "length": 2}])
    assert utf16("🌻") == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Message text is empty"),
        ("   ", "Text must be non-empty"),
        ("é" * 4097, "Message is too long"),
        ("🌻" * 2049, "Message is too long"),
    ],
)
async def test_a_text_that_is_empty_or_too_long_is_refused(
    api: BotApi, bot: Bot, text: str, words: str
) -> None:
    api.person(1)
    with pytest.raises(BadRequest, match=rf"(?i){words}"):
        await bot.send_message(1, text)


async def test_the_limit_counts_after_parsing(api: BotApi, bot: Bot) -> None:
    api.person(1)
    await bot.send_message(1, f"<b>{'é' * 4096}</b>", parse_mode="HTML")
    assert len(api.chats[1].last.text) == 4096
    with pytest.raises(BadRequest, match=r"(?i)caption is too long"):
        await bot.send_document(1, b"x", caption="é" * 1025)


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        (InlineKeyboardMarkup([[InlineKeyboardButton("x", callback_data="é" * 33)]]), "BUTTON_DATA_INVALID"),
        (InlineKeyboardMarkup([[InlineKeyboardButton("x", url="ftp://x")]]), "Unsupported URL protocol"),
        ({"inline_keyboard": [[{"text": "x"}]]}, "text buttons are unallowed"),
        ({"inline_keyboard": "x"}, "must be an Array"),
        ("{", "can't parse reply keyboard markup JSON object"),
    ],
)
async def test_a_bad_keyboard_is_refused(api: BotApi, bot: Bot, markup: object, words: str) -> None:
    api.person(1)
    with pytest.raises(BadRequest, match=r"(?i)" + words):
        await bot.send_message(1, "x", reply_markup=markup)  # type: ignore[arg-type]
    assert api.chats[1].messages == []


async def test_a_tap_is_heard_and_answered_and_the_message_edited(api: BotApi, bot: Bot) -> None:
    camille = api.person(1)
    await bot.send_message(1, "On y va ?", reply_markup=keyboard("Oui", "Non"))
    assert (await camille.hears()).labels == ["Oui", "Non"]
    tap = await camille.taps("Oui")
    (update,) = await bot.get_updates()
    query = update.callback_query
    assert query is not None and query.message is not None
    assert (query.data, query.from_user.id, query.message.message_id) == (
        "do:Oui",
        1,
        api.chats[1].last.message_id,
    )
    await bot.answer_callback_query(query.id, text="Noté")
    assert tap.answer is not None and tap.answer["text"] == "Noté"
    await bot.edit_message_text("C’est parti", chat_id=1, message_id=query.message.message_id)
    heard = await camille.hears()
    assert (heard.text, heard.edited, heard.labels) == ("C’est parti", True, [])
    assert [one.text for one in api.chats[1].last.edits] == ["C’est parti"]
    with pytest.raises(LookupError, match="no button 'Oui'"):
        await camille.taps("Oui")


async def test_a_tap_is_refused_when_unknown_or_old(timed: BotApi, timed_bot: Bot) -> None:
    camille = timed.person(1)
    await timed_bot.send_message(1, "?", reply_markup=keyboard("Oui"))
    tap = await camille.taps("Oui")
    await timed.clock.advance(151)  # type: ignore[attr-defined]
    for query_id in (tap.id, "inconnu"):
        with pytest.raises(
            BadRequest, match=r"(?i)query is too old and response timeout expired or query id is invalid"
        ):
            await timed_bot.answer_callback_query(query_id)
    assert await timed_bot.get_updates() == ()  # and it was never delivered


async def test_edits_are_refused_where_telegram_refuses_them(api: BotApi, bot: Bot) -> None:
    camille = api.person(1)
    own = await camille.says("à moi")
    plain = await bot.send_message(1, "<b>x</b>", parse_mode="HTML", reply_markup=keyboard("a"))
    asked = await bot.send_message(1, "x", reply_markup=ReplyKeyboardMarkup([["a"]]))
    file = await bot.send_document(1, b"data", filename="a.txt")
    for message_id, words in [
        (plain.message_id, "Message is not modified: specified new message content"),
        (asked.message_id, "Message can't be edited"),
        (own.message_id, "Message can't be edited"),
        (file.message_id, "There is no text in the message to edit"),
        (999, "Message to edit not found"),
    ]:
        with pytest.raises(BadRequest, match=rf"(?i){words}"):
            await bot.edit_message_text(
                "<b>x</b>", chat_id=1, message_id=message_id, parse_mode="HTML", reply_markup=keyboard("a")
            )
    with pytest.raises(BadRequest, match=r"(?i)message is not modified"):
        await bot.edit_message_reply_markup(
            chat_id=1, message_id=plain.message_id, reply_markup=keyboard("a")
        )
    await bot.edit_message_reply_markup(chat_id=1, message_id=plain.message_id)
    assert api.chats[1].thread[plain.message_id].labels == []
    await bot.edit_message_caption(chat_id=1, message_id=file.message_id, caption="légende")
    await bot.edit_message_media(
        InputMediaDocument(b"autre", filename="b.txt"), chat_id=1, message_id=file.message_id
    )
    new = api.chats[1].thread[file.message_id].file
    assert new is not None and (new.upload.name, new.upload.data) == ("b.txt", b"autre")


async def test_a_deleted_message_is_gone(timed: BotApi, timed_bot: Bot) -> None:
    timed.person(1)
    first = await timed_bot.send_message(1, "un")
    second = await timed_bot.send_message(1, "deux")
    await timed_bot.delete_message(1, first.message_id)
    assert [one.text for one in timed.chats[1].messages] == ["deux"]
    with pytest.raises(BadRequest, match=r"(?i)message to delete not found"):
        await timed_bot.delete_message(1, first.message_id)
    await timed.clock.advance(49 * 3600)  # type: ignore[attr-defined]
    with pytest.raises(BadRequest, match=r"(?i)message can't be deleted"):
        await timed_bot.delete_message(1, second.message_id)


async def test_files_go_out_come_back_and_are_used_again(api: BotApi, bot: Bot) -> None:
    camille = api.person(1)
    sent = await bot.send_document(
        1, b"%PDF", filename="feuille de route.pdf", caption="<b>Lire</b>", parse_mode="HTML"
    )
    heard = await camille.hears()
    assert heard.file is not None and (heard.text, heard.file.upload.data) == ("Lire", b"%PDF")
    assert sent.document is not None and sent.document.file_name == "feuille de route.pdf"
    again = await bot.send_document(1, sent.document.file_id)
    assert again.document == sent.document
    photo = await bot.send_photo(1, InputFile(PNG, attach=True))
    assert (photo.photo[0].width, photo.photo[0].height) == (7, 9)
    with pytest.raises(BadRequest, match=r"(?i)type of file mismatch"):
        await bot.send_document(1, photo.photo[0].file_id)
    with pytest.raises(BadRequest, match=r"(?i)wrong file identifier"):
        await bot.send_document(1, "inconnu")
    await camille.shares_document("statuts.txt", b"article 1", mime="text/plain")
    (update,) = await bot.get_updates()
    assert update.message is not None and update.message.document is not None
    file = await update.message.document.get_file()
    assert bytes(await file.download_as_bytearray()) == b"article 1"
    with pytest.raises(BadRequest, match=r"(?i)wrong file_id"):
        await bot.get_file("inconnu")


async def test_a_reply_keyboard_asks_for_words_contact_and_place(api: BotApi, bot: Bot) -> None:
    camille = api.person(1)
    rows = [
        [
            KeyboardButton("Mon numéro", request_contact=True),
            KeyboardButton("Ma ville", request_location=True),
        ],
        [KeyboardButton("Rien")],
    ]
    await bot.send_message(1, "?", reply_markup=ReplyKeyboardMarkup(rows))
    for label in ("Mon numéro", "Ma ville", "Rien"):
        await camille.taps(label)
    contact, place, words = [update.message for update in await bot.get_updates()]
    assert contact and contact.contact and contact.contact.user_id == 1
    assert place and place.location and words and words.text == "Rien"
    await bot.send_message(1, "merci", reply_markup=ReplyKeyboardRemove())
    with pytest.raises(LookupError):
        await camille.taps("Rien")


async def test_who_cannot_be_written_to(api: BotApi, bot: Bot) -> None:
    camille, group = api.person(1), api.group(-100, kind="group")
    api.person(2, met=False)
    await api.person(3).leaves_telegram()
    await camille.blocks_bot()
    group.removes_bot(by=camille)
    gone = api.group(-200, kind="group")
    gone.vanishes()
    for chat_id, kind, words in [
        (1, Forbidden, "bot was blocked by the user"),
        (2, BadRequest, "private chat not found"),
        (3, Forbidden, "user is deactivated"),
        (4, BadRequest, "chat not found"),
        (-100, Forbidden, "bot was kicked from the group chat"),
        (-200, Forbidden, "the group chat was deleted"),
    ]:
        with pytest.raises(kind, match=r"(?i)" + words):
            await bot.send_message(chat_id, "x")
    update = (await bot.get_updates())[0]
    assert update.my_chat_member is not None
    assert update.my_chat_member.new_chat_member.status == "kicked"
    await camille.starts()
    await bot.send_message(1, "de retour")


async def test_commands_links_and_deep_links_carry_their_entities(api: BotApi, bot: Bot) -> None:
    camille = api.person(1, username="camille")
    await camille.starts("alliance-12")
    await camille.says(
        "voir https://exemple.fr et /aide", via_bot={"id": 9, "is_bot": True, "first_name": "b"}
    )
    first, second = [update.message for update in await bot.get_updates()]
    assert first is not None and second is not None and second.via_bot is not None
    assert list(first.parse_entities().values()) == ["/start"]
    assert list(second.parse_entities().values()) == ["https://exemple.fr", "/aide"]


async def test_the_bot_describes_itself(api: BotApi, bot: Bot) -> None:
    me = await bot.get_me()
    assert me.is_bot and me.username == api.world.bot.username
    api.person(1)
    commands = [BotCommand("aide", "Être aidé")]
    await bot.set_my_commands(commands, language_code="fr")
    await bot.set_my_commands([BotCommand("stats", "Chiffres")], scope=BotCommandScopeChat(1))
    assert list(await bot.get_my_commands(language_code="fr")) == commands
    assert await bot.get_my_commands() == ()
    await bot.delete_my_commands(scope=BotCommandScopeChat(1))
    assert await bot.get_my_commands(scope=BotCommandScopeChat(1)) == ()
    with pytest.raises(BadRequest, match=r"(?i)bot_command_invalid"):
        await bot.set_my_commands([("Aide", "x")])
    await bot.set_my_name("Alliances")
    await bot.set_my_description("Un guide")
    await bot.set_my_short_description("Guide")
    assert (await bot.get_my_short_description(language_code="fr")).short_description == "Guide"
    await bot.set_chat_menu_button(1, MenuButtonCommands())
    assert (await bot.get_chat_menu_button(1)).type == "commands"
    assert (await bot.get_chat(1)).first_name == "Camille"
    assert await bot.send_chat_action(1, "typing") and api.chats[1].actions == ["typing"]


@pytest.mark.parametrize(
    ("http", "arguments"),
    [
        ("GET", {"params": {"chat_id": "1", "text": "salut"}}),
        ("POST", {"params": {"chat_id": "1"}, "data": {"text": "salut"}}),
        ("POST", {"json": {"chat_id": 1, "text": "salut", "reply_markup": {"remove_keyboard": True}}}),
        ("POST", {"data": aiohttp.FormData({"chat_id": "1", "text": "salut"}, default_to_multipart=True)}),
    ],
)
async def test_every_way_to_call_is_understood(api: BotApi, http: str, arguments: dict[str, object]) -> None:
    api.person(1)
    async with (
        aiohttp.ClientSession() as session,
        session.request(http, f"{api.url}/bot{api.token}/sendMESSAGE", **arguments) as answer,  # type: ignore[arg-type]
    ):
        assert (answer.status, (await answer.json())["result"]["text"]) == (200, "salut")
    assert [(call.method, call.chat_id, call.ok) for call in api.journal] == [("sendMessage", 1, True)]


async def test_a_wrong_token_and_an_unknown_method_are_refused(api: BotApi, bot: Bot) -> None:
    stranger = Bot("1:wrong", base_url=f"{api.url}/bot")
    with pytest.raises(InvalidToken, match="rejected by the server"):
        await stranger.initialize()
    await stranger.shutdown()
    with pytest.raises(TelegramError, match="not found"):
        await bot.do_api_request("fliesToTheMoon")
    api.revoked = True
    with pytest.raises(InvalidToken):
        await bot.get_me()
    assert json.loads((api.journal[-1].answer or pytest.fail()).body)["error_code"] == 401
