"""What is sent without words of its own: ``copyMessage`` and ``sendPoll``, and what a vote becomes.

Checks and texts: ``process_copy_message_query``, ``process_send_poll_query`` and ``check_message(…, "message
to copy")`` in ``Client.cpp`` (01a3679); limits: Bot API, "sendPoll".
"""

from typing import Any

from tests.telegram_api.answers import JsonObject, bad_request
from tests.telegram_api.call import Call
from tests.telegram_api.forum import thread_of
from tests.telegram_api.keyboards import read_keyboard
from tests.telegram_api.markup import utf16
from tests.telegram_api.render import message_json
from tests.telegram_api.world import Content, World

QUESTION_LIMIT = 300
ANSWER_LIMIT = 100
ANSWERS = range(2, 13)
UNCOPIED = frozenset({"service", "poll"})
"""Kinds that the stand-in does not copy. Telegram copies some polls; nobody's answers to them come back to
the bot that copied them anonymously, so nothing here depends on it."""


async def copy_message(world: World, call: Call) -> Any:
    """``copyMessage``: the same content, without a link to the first."""
    chat = world.chat_of(call)
    source = world.chats.get(call.integer("from_chat_id"))
    if source is None:
        raise bad_request("chat not found")
    message = source.thread.get(call.integer("message_id"))
    if message is None or message.deleted:
        raise bad_request("message to copy not found")
    if message.content.kind in UNCOPIED:
        raise bad_request("message can't be copied")
    old = message.content
    content = Content(old.kind, old.text, old.html, old.entities, read_keyboard(call), old.file, old.extra)
    made = world.add_message(chat, world.bot, content, thread=thread_of(chat, call))
    return {"message_id": made.message_id}


async def send_poll(world: World, call: Call) -> Any:
    """``sendPoll``; only a poll that is not anonymous tells the bot who answered."""
    chat = world.chat_of(call)
    question, options = call.text("question").strip(), _read_options(call)
    if not question:
        raise bad_request("poll question must be non-empty")
    if utf16(question) > QUESTION_LIMIT:
        raise bad_request("poll question length must not exceed 300")
    if len(options) not in ANSWERS:
        raise bad_request(
            "poll must have at least 2 option" if len(options) < 2 else "poll can't have more than 12 options"
        )
    anonymous = call.boolean("is_anonymous") if call.text("is_anonymous") else True
    poll: JsonObject = {
        "id": str(next(world.numbers) + 10**14),
        "question": question,
        "options": [_option(number, text) for number, text in enumerate(options)],
        "total_voter_count": 0,
        "is_closed": False,
        "is_anonymous": anonymous,
        "type": call.text("type") or "regular",
        "allows_multiple_answers": call.boolean("allows_multiple_answers"),
        "allows_revoting": True,
        "members_only": False,
    }
    content = Content("poll", keyboard=read_keyboard(call), extra={"poll": poll})
    return message_json(world.add_message(chat, world.bot, content))


def poll_answer(poll: JsonObject, user: JsonObject, options: tuple[int, ...]) -> JsonObject:
    """The Bot API's ``PollAnswer``. LookupError for an answer that the poll does not have."""
    if any(option >= len(poll["options"]) for option in options):
        raise LookupError(f"the poll has no answer {options}")
    return {"poll_id": poll["id"], "user": user, "option_ids": list(options)}


def _option(number: int, text: str) -> JsonObject:
    """The Bot API's ``PollOption``."""
    return {"persistent_id": str(number), "text": text, "voter_count": 0}


def _read_options(call: Call) -> list[str]:
    options = call.structure("options", "can't parse options JSON object")
    if not isinstance(options, list):
        raise bad_request("expected an Array of String as options")
    texts = [one["text"] if isinstance(one, dict) else str(one) for one in options]
    if any(not text.strip() for text in texts):
        raise bad_request("poll options must be non-empty")
    if any(utf16(text) > ANSWER_LIMIT for text in texts):
        raise bad_request("poll options length must not exceed 100")
    return texts
