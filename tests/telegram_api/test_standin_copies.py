"""The stand-in copies posts, asks polls and tells of votes as the Bot API does."""

from typing import Any

import pytest
from telegram import Bot
from telegram.error import BadRequest, Forbidden

from tests.telegram_api import BotApi

POLL: dict[str, Any] = {"question": "Oui ?", "options": ["a", "b"], "is_anonymous": False}


async def test_a_copy_has_the_content_and_no_link_to_the_first(api: BotApi, bot: Bot) -> None:
    claire, camille = api.person(1002), api.person(1001)
    posted = await claire.says("Bonjour")
    made = await bot.copy_message(1001, 1002, posted.message_id)
    heard = await camille.hears()
    assert (heard.text, heard.message_id) == ("Bonjour", made.message_id)
    await claire.deletes(posted)
    with pytest.raises(BadRequest, match="Message to copy not found"):
        await bot.copy_message(1001, 1002, posted.message_id)
    await camille.blocks_bot()
    with pytest.raises(Forbidden):
        await bot.copy_message(1001, 1002, posted.message_id)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"options": ["a"]}, "at least 2"),
        ({"options": ["a"] * 13}, "more than 12"),
        ({"options": ["a", "b" * 101]}, "length must not exceed 100"),
        ({"question": "?" * 301}, "length must not exceed 300"),
        ({"question": " "}, "must be non-empty"),
    ],
)
async def test_a_poll_that_breaks_a_limit_is_refused(
    api: BotApi, bot: Bot, changes: dict[str, Any], refusal: str
) -> None:
    api.person(1001)
    with pytest.raises(BadRequest, match=refusal):
        await bot.send_poll(1001, **{**POLL, **changes})


@pytest.mark.parametrize("anonymous", [True, False])
async def test_only_a_poll_that_is_not_anonymous_tells_who_answered(
    api: BotApi, bot: Bot, anonymous: bool
) -> None:
    camille = api.person(1001)
    sent = await bot.send_poll(1001, **{**POLL, "is_anonymous": anonymous})
    await camille.votes(1)
    told = [one.body["poll_answer"] for one in api.updates.pending if one.kind == "poll_answer"]
    assert sent.poll is not None
    assert [(one["poll_id"], one["option_ids"]) for one in told] == (
        [] if anonymous else [(sent.poll.id, [1])]
    )
    with pytest.raises(LookupError):
        await camille.votes(2)
