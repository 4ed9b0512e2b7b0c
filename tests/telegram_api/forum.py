"""Topics of a forum, reactions, and what the bot may do in a group.

Texts: tdlib/td ``ForumTopicManager.cpp`` as people published its answers (*reported*): "the chat is not a
forum", "not enough rights to create a topic", "message thread not found", TOPIC_NOT_MODIFIED, TOPIC_CLOSED.
"""

from typing import Any

from tests.telegram_api.answers import JsonObject, bad_request
from tests.telegram_api.call import Call
from tests.telegram_api.world import Chat, Content, ForumTopic, World

ICONS = ("📰", "💡", "❗️", "✍️", "💬", "✅", "‼️", "❓", "👀", "🔥")
"""Some of the icons that any bot may use; Telegram writes some of them with a variation selector."""

REACTIONS = frozenset(["👍", "👎", "❤", "🔥", "👏", "🎉", "👌", "🙏", "👀", "✍"])
"""Some of ``ReactionTypeEmoji``."""

TITLE_LIMIT = 128


async def get_icons(world: World, call: Call) -> Any:
    """``getForumTopicIconStickers``."""
    return [
        {
            "file_id": f"ICON_{number}",
            "file_unique_id": f"icon{number}",
            "type": "custom_emoji",
            "width": 100,
            "height": 100,
            "is_animated": False,
            "is_video": False,
            "emoji": emoji,
            "custom_emoji_id": icon_id(emoji),
        }
        for number, emoji in enumerate(ICONS)
    ]


def icon_id(emoji: str) -> str:
    """The id by which an icon is set."""
    return str(5_000_000_000 + ICONS.index(emoji))


async def create_topic(world: World, call: Call) -> Any:
    """``createForumTopic``."""
    chat = _forum(world, call)
    if "can_manage_topics" not in chat.rights:
        raise bad_request("not enough rights to create a topic")
    name = call.text("name").strip()
    if not name or len(name) > TITLE_LIMIT:
        raise bad_request("TOPIC_TITLE_EMPTY" if not name else "name is too long")
    made = world.add_message(
        chat, world.bot, Content("service", extra={"forum_topic_created": {"name": name, "icon_color": 0}})
    )
    made.thread = made.message_id
    chat.happened.pop()  # the bot's own service message is nothing that it says
    chat.topics[made.message_id] = ForumTopic(name, call.text("icon_custom_emoji_id"))
    return {"message_thread_id": made.message_id, "name": name, "icon_color": 0}


async def edit_topic(world: World, call: Call) -> Any:
    """``editForumTopic``."""
    topic = _managed(world, call)
    name = call.text("name") or topic.name
    icon = call.text("icon_custom_emoji_id") if "icon_custom_emoji_id" in call.params else topic.icon
    if (name, icon) == (topic.name, topic.icon):
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.name, topic.icon = name, icon
    world.touch()
    return True


async def close_topic(world: World, call: Call) -> Any:
    """``closeForumTopic``."""
    return _open(world, call, closed=True)


async def reopen_topic(world: World, call: Call) -> Any:
    """``reopenForumTopic``."""
    return _open(world, call, closed=False)


async def delete_topic(world: World, call: Call) -> Any:
    """``deleteForumTopic`` with every message in it."""
    chat = _forum(world, call)
    topic = _topic(chat, call)
    if "can_delete_messages" not in chat.rights:
        raise bad_request("not enough rights to delete a topic")
    topic.deleted = True
    for message in chat.thread.values():
        if message.thread == call.integer("message_thread_id"):
            message.deleted = True
    world.touch()
    return True


async def set_reaction(world: World, call: Call) -> Any:
    """``setMessageReaction``."""
    chat = world.chat_of(call)
    message = chat.thread.get(call.integer("message_id"))
    if message is None or message.deleted:
        raise bad_request("message to react not found")
    wanted = call.structure("reaction", "can't parse reaction types JSON object") or []
    emojis = [str(one.get("emoji", "")).replace("\ufe0f", "") for one in wanted if isinstance(one, dict)]
    if any(emoji not in REACTIONS or emoji in chat.no_reactions for emoji in emojis):
        raise bad_request("REACTION_INVALID")
    message.reactions = emojis
    world.touch()
    return True


async def get_member(world: World, call: Call) -> Any:
    """``getChatMember`` of the bot itself."""
    chat = world.chat_of(call)
    user = {"user": world.bot.json()}
    if not chat.rights:
        return user | {"status": "member"}
    rights = ("can_manage_topics", "can_delete_messages")
    never = (
        "can_be_edited", "is_anonymous", "can_manage_chat", "can_manage_video_chats", "can_restrict_members",
        "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories",
        "can_delete_stories",
    )  # fmt: skip
    return (
        user
        | {"status": "administrator"}
        | dict.fromkeys(never, False)
        | {one: one in chat.rights for one in rights}
    )


def thread_of(chat: Chat, call: Call) -> int | None:
    """The topic into which a call sends, if it names one. Raises Refusal."""
    thread = call.integer("message_thread_id")
    if not thread:
        return None
    topic = chat.topics.get(thread)
    if not chat.is_forum or topic is None or topic.deleted:
        raise bad_request("message thread not found")
    if topic.closed and not chat.rights:
        raise bad_request("TOPIC_CLOSED")
    return thread


def _forum(world: World, call: Call) -> Chat:
    chat = world.chat_of(call)
    if not chat.is_forum:
        raise bad_request("the chat is not a forum")
    return chat


def _topic(chat: Chat, call: Call) -> ForumTopic:
    topic = chat.topics.get(call.integer("message_thread_id"))
    if topic is None or topic.deleted:
        raise bad_request("TOPIC_ID_INVALID")
    return topic


def _managed(world: World, call: Call) -> ForumTopic:
    chat = _forum(world, call)
    topic = _topic(chat, call)
    if "can_manage_topics" not in chat.rights:
        raise bad_request("not enough rights to edit the topic")
    return topic


def _open(world: World, call: Call, *, closed: bool) -> bool:
    topic = _managed(world, call)
    if topic.closed is closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.closed = closed
    world.touch()
    return True


def topic_of(chat: Chat, thread: int) -> JsonObject:
    """What a test looks at: name, icon as emoji, and whether it is closed."""
    topic = chat.topics[thread]
    icon = next((emoji for emoji in ICONS if icon_id(emoji) == topic.icon), "")
    return {"name": topic.name, "icon": icon.replace("\ufe0f", ""), "closed": topic.closed}
