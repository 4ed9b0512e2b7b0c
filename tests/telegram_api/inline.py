"""Inline mode: ``answerInlineQuery`` with article results, checked as the Bot API and Telegram's servers do.

Limits: Bot API, "answerInlineQuery", "InlineQueryResultArticle", "InlineQueryResultsButton". Names of
refusals: Telegram API, ``messages.setInlineBotResults``.
"""

import re
from dataclasses import replace
from typing import Any

from tests.telegram_api import answers
from tests.telegram_api.answers import JsonObject, bad_request
from tests.telegram_api.call import Call
from tests.telegram_api.keyboards import read_keyboard
from tests.telegram_api.sending import read_text
from tests.telegram_api.updates import TAP_LIFETIME
from tests.telegram_api.world import Content, World

RESULTS_LIMIT = 50
ID_LIMIT = 64
"""Bytes of the id of a result."""
OFFSET_LIMIT = 64
_START = re.compile(r"[A-Za-z0-9_-]{1,64}")


async def answer_inline_query(world: World, call: Call) -> Any:
    """``answerInlineQuery``; a query that is unknown or too old is refused."""
    results = call.structure("results", "can't parse inline query results JSON object")
    if not isinstance(results, list):
        raise bad_request("expected an Array of inline query results")
    messages = [_read_result(call, result) for result in results]
    button = _read_button(call)
    if len(call.text("next_offset").encode()) > OFFSET_LIMIT:
        raise bad_request("NEXT_OFFSET_INVALID")
    query = world.queries.get(call.text("inline_query_id"))
    if query is None or world.clock.now() > query.at + TAP_LIFETIME:
        raise bad_request(answers.STALE_TAP)
    _check_ids([result["id"] for result in results])
    query.answer = {
        "results": results,
        "button": button,
        "cache_time": call.integer("cache_time", 300),
        "is_personal": call.boolean("is_personal"),
    }
    query.messages = {result["title"]: one for result, one in zip(results, messages, strict=True)}
    world.touch()
    return True


def _check_ids(ids: list[str]) -> None:
    if len(ids) > RESULTS_LIMIT:
        raise bad_request("RESULTS_TOO_MUCH")
    if any(not 0 < len(id.encode()) <= ID_LIMIT for id in ids):
        raise bad_request("RESULT_ID_INVALID")
    if len(set(ids)) < len(ids):
        raise bad_request("RESULT_ID_DUPLICATE")


def _read_result(call: Call, result: Any) -> Content:
    """The message that a result becomes. Raises Refusal."""
    if not isinstance(result, dict):
        raise bad_request("can't parse inline query result: expected an Object")
    kind = result.get("type", "")
    if kind != "article":
        raise bad_request(f'can\'t parse inline query result: type "{kind}" is unsupported here')
    if not isinstance(result.get("id"), str):
        raise bad_request('can\'t parse inline query result: field "id" must be a String')
    if not isinstance(result.get("title"), str) or not result["title"].strip():
        raise bad_request("ARTICLE_TITLE_EMPTY")
    content = result.get("input_message_content")
    if not isinstance(content, dict):
        raise bad_request("can't parse inline query result: there is no input_message_content")
    said: JsonObject = {**content, "text": content.get("message_text", "")}
    words = read_text(replace(call, params=said))
    keyboard = read_keyboard(replace(call, params={"reply_markup": result.get("reply_markup")}))
    return Content("text", words.text, words.html, words.entities, keyboard)


def _read_button(call: Call) -> JsonObject | None:
    button = call.structure("button", "can't parse inline query results button JSON object")
    if button is None:
        return None
    if not isinstance(button, dict) or not str(button.get("text", "")).strip():
        raise bad_request("can't parse inline query results button: text must be non-empty")
    if "web_app" not in button and not _START.fullmatch(str(button.get("start_parameter", ""))):
        raise bad_request("START_PARAM_INVALID")
    return button
