"""The table of methods: canonical name to function. A new method is one function and one row."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from tests.telegram_api import copying, editing, forum, inline, profile, sending
from tests.telegram_api.call import Call
from tests.telegram_api.world import World

Method = Callable[[World, Call], Awaitable[Any]]


async def get_updates(world: World, call: Call) -> Any:
    """``getUpdates``; the wished kinds stay as they were when the parameter is missing."""
    remember_allowed(world, call)
    return await world.updates.poll(
        offset=call.integer("offset"),
        limit=call.integer("limit", 100, low=1, high=100),
        timeout=call.integer("timeout", low=0, high=50),
    )


def remember_allowed(world: World, call: Call) -> None:
    """Keep ``allowed_updates``; an empty list means all but a few (Bot API, "getUpdates")."""
    kinds = call.structure("allowed_updates", "can't parse allowed_updates JSON array")
    if isinstance(kinds, list):
        world.updates.allowed = frozenset(map(str, kinds)) or None


METHODS: Mapping[str, Method] = {
    "getUpdates": get_updates,
    "getMe": profile.get_me,
    "getChat": profile.get_chat,
    "getFile": profile.get_file,
    "sendMessage": sending.send_message,
    "sendPhoto": sending.send_photo,
    "sendDocument": sending.send_document,
    "sendPoll": copying.send_poll,
    "copyMessage": copying.copy_message,
    "sendChatAction": sending.send_chat_action,
    "editMessageText": editing.edit_message_text,
    "editMessageCaption": editing.edit_message_caption,
    "editMessageMedia": editing.edit_message_media,
    "editMessageReplyMarkup": editing.edit_message_reply_markup,
    "deleteMessage": editing.delete_message,
    "answerCallbackQuery": editing.answer_callback_query,
    "answerInlineQuery": inline.answer_inline_query,
    "getForumTopicIconStickers": forum.get_icons,
    "createForumTopic": forum.create_topic,
    "editForumTopic": forum.edit_topic,
    "closeForumTopic": forum.close_topic,
    "reopenForumTopic": forum.reopen_topic,
    "deleteForumTopic": forum.delete_topic,
    "setMessageReaction": forum.set_reaction,
    "getChatMember": forum.get_member,
    "setMyCommands": profile.set_my_commands,
    "getMyCommands": profile.get_my_commands,
    "deleteMyCommands": profile.delete_my_commands,
    "setMyName": profile.set_text,
    "getMyName": profile.get_text,
    "setMyDescription": profile.set_text,
    "getMyDescription": profile.get_text,
    "setMyShortDescription": profile.set_text,
    "getMyShortDescription": profile.get_text,
    "setChatMenuButton": profile.set_chat_menu_button,
    "getChatMenuButton": profile.get_chat_menu_button,
}
"""Webhook methods are in ``server``: they need the webhook itself."""

WEBHOOK_METHODS = ("setWebhook", "deleteWebhook", "getWebhookInfo")
CANONICAL: Mapping[str, str] = {name.lower(): name for name in (*METHODS, *WEBHOOK_METHODS)}
"""Method names are case-insensitive."""
