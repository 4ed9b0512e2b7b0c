"""The stand-in against a real client: who is heard in a group, and inline mode."""

from typing import Any

import pytest
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    ReplyParameters,
)
from telegram.error import BadRequest

from tests.telegram_api import BotApi

NAME = "@alliances_standin_bot"


async def test_get_me_tells_what_botfather_was_told(api: BotApi, bot: Bot) -> None:
    before = await bot.get_me()
    assert (before.can_read_all_group_messages, before.supports_inline_queries) == (False, False)
    api.abilities["can_read_all_group_messages"] = api.abilities["supports_inline_queries"] = True
    after = await bot.get_me()
    assert (after.can_read_all_group_messages, after.supports_inline_queries) == (True, True)


async def test_in_privacy_mode_only_what_is_meant_for_the_bot_arrives(api: BotApi, bot: Bot) -> None:
    camille, group = api.person(1), api.group(-5)
    await camille.says("bonjour à tous", chat=group.chat)
    await camille.says(f"{NAME} bonjour", chat=group.chat)
    await camille.says("/question avant", chat=group.chat)
    sent = await bot.send_message(-5, "Bonjour")
    await camille.says("/question après", chat=group.chat)
    await camille.says("/question trop tard", chat=group.chat)
    await camille.says(f"/question{NAME} oui", chat=group.chat)
    await camille.says("/question@autre_bot oui", chat=group.chat)
    await camille.says("en réponse", chat=group.chat, reply_to=sent.message_id)
    updates = await bot.get_updates()
    heard = [update.message.text for update in updates if update.message]
    assert heard == ["/question après", f"/question{NAME} oui", "en réponse"]
    api.abilities["can_read_all_group_messages"] = True
    await camille.says(f"{NAME} bonjour", chat=group.chat)
    (update,) = await bot.get_updates(offset=updates[-1].update_id + 1)
    assert update.message is not None and update.message.parse_entities(["mention"]).popitem()[1] == NAME


async def test_in_a_forum_an_answer_stays_in_its_topic(api: BotApi, bot: Bot) -> None:
    camille, group = api.person(1), api.group(-5)
    group.chat.is_forum = True
    asked = await camille.says("/question", chat=group.chat, thread=9)
    answer = ReplyParameters(asked.message_id, allow_sending_without_reply=True)
    sent = await bot.send_message(-5, "Oui", reply_parameters=answer)
    assert (sent.message_thread_id, sent.is_topic_message) == (9, True)
    asked.deleted = True
    with pytest.raises(BadRequest, match=r"(?i)message to be replied not found"):
        await bot.send_message(-5, "Oui", reply_parameters=answer)


def article(
    id: str = "1", title: str = "Titre", text: str = "<b>Oui</b>", **more: Any
) -> InlineQueryResultArticle:
    return InlineQueryResultArticle(id, title, InputTextMessageContent(text, parse_mode="HTML"), **more)


LINK = InlineKeyboardMarkup(
    [[InlineKeyboardButton("Lire", url="https://t.me/alliances_standin_bot?start=q_a")]]
)


async def test_an_inline_answer_is_seen_and_picked(api: BotApi, bot: Bot) -> None:
    api.abilities["supports_inline_queries"] = True
    camille, group = api.person(1), api.group(-5)
    query = await camille.asks_inline("bail")
    (update,) = await bot.get_updates()
    assert update.inline_query is not None and update.inline_query.query == "bail"
    button = InlineQueryResultsButton("En privé", start_parameter="inline")
    await bot.answer_inline_query(update.inline_query.id, [article(reply_markup=LINK)], 60, button=button)
    assert await camille.sees(query) == ["Titre"]
    assert query.answer is not None and query.answer["button"]["start_parameter"] == "inline"
    picked = await camille.picks(query, "Titre", chat=group.chat)
    assert (picked.text, picked.labels) == ("Oui", ["Lire"])
    await camille.opens("Lire", chat=group.chat)
    shared, opened = (await bot.get_updates(offset=update.update_id + 1))[:2]
    assert shared.message is not None and shared.message.via_bot is not None
    assert opened.message is not None and opened.message.text == "/start q_a"


@pytest.mark.parametrize(
    ("results", "refusal"),
    [
        ([article(), article()], "RESULT_ID_DUPLICATE"),
        ([article(id="é" * 33)], "RESULT_ID_INVALID"),
        ([article(title=" ")], "ARTICLE_TITLE_EMPTY"),
        ([article(text="<b>Oui")], "can't parse entities"),
        ([article(text="a" * 4097)], "message is too long"),
        ([article(id=str(n)) for n in range(51)], "RESULTS_TOO_MUCH"),
    ],
)
async def test_what_cannot_be_offered_is_refused(
    api: BotApi, bot: Bot, results: list[InlineQueryResultArticle], refusal: str
) -> None:
    api.abilities["supports_inline_queries"] = True
    query = await api.person(1).asks_inline("bail")
    with pytest.raises(BadRequest, match=f"(?i){refusal}"):
        await bot.answer_inline_query(query.id, results)
    assert query.answer is None


async def test_an_unknown_query_and_a_strange_button_are_refused(api: BotApi, bot: Bot) -> None:
    with pytest.raises(BadRequest, match=r"(?i)query is too old"):
        await bot.answer_inline_query("1", [])
    api.abilities["supports_inline_queries"] = True
    query = await api.person(1).asks_inline("bail")
    with pytest.raises(BadRequest, match=r"(?i)start_param_invalid"):
        await bot.answer_inline_query(
            query.id, [], button=InlineQueryResultsButton("B", start_parameter="a b")
        )


async def test_without_inline_mode_nothing_can_be_asked(api: BotApi) -> None:
    with pytest.raises(LookupError, match="inline mode is off"):
        await api.person(1).asks_inline("bail")
