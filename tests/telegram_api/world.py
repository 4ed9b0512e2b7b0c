"""What the stand-in remembers: people, chats, messages, files, taps, and the queue of updates. No HTTP
here."""

import asyncio
import html
import itertools
from dataclasses import dataclass, field
from typing import Literal

from tests.telegram_api.answers import JsonObject, bad_request, unreachable, upgraded
from tests.telegram_api.bell import Bell
from tests.telegram_api.call import Call, Upload
from tests.telegram_api.clock import Clock
from tests.telegram_api.keyboards import Button, Keyboard
from tests.telegram_api.updates import TAP_LIFETIME, UpdateQueue

State = Literal["open", "blocked", "deactivated", "kicked", "left", "deleted", "upgraded", "unmet"]
ChatKind = Literal["private", "group", "supergroup", "channel"]


@dataclass
class User:
    """A Telegram account."""

    id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = "fr"
    is_bot: bool = False

    def json(self) -> JsonObject:
        """The Bot API's ``User``."""
        fields = ("id", "is_bot", "first_name", "last_name", "username", "language_code")
        return {name: getattr(self, name) for name in fields if getattr(self, name) is not None}


@dataclass(frozen=True)
class StoredFile:
    """A file that Telegram keeps: ``path`` is where ``/file/bot<token>/`` gives it out."""

    file_id: str
    kind: Literal["photo", "document"]
    upload: Upload
    path: str


@dataclass(frozen=True)
class Content:
    """What a message shows. ``text`` is the caption of a file; ``html`` is the source as sent (escaped plain
    text without a parse mode); ``extra`` holds other fields of the Bot API's ``Message`` (contact, location,
    …)."""

    kind: str = "text"
    text: str = ""
    html: str = ""
    entities: tuple[JsonObject, ...] = ()
    keyboard: Keyboard | None = None
    file: StoredFile | None = None
    extra: JsonObject = field(default_factory=dict)


class Shown:
    """Reading a content through whatever carries it."""

    content: Content

    @property
    def text(self) -> str:
        return self.content.text

    @property
    def html(self) -> str:
        return self.content.html

    @property
    def entities(self) -> list[JsonObject]:
        return list(self.content.entities)

    @property
    def keyboard(self) -> Keyboard | None:
        return self.content.keyboard

    @property
    def labels(self) -> list[str]:
        """Labels of the buttons, row by row."""
        return self.content.keyboard.labels if self.content.keyboard else []

    @property
    def file(self) -> StoredFile | None:
        return self.content.file


@dataclass
class Message(Shown):
    """A message in a chat. ``edits`` holds the contents that replaced the first one, oldest first."""

    message_id: int
    chat: "Chat"
    sender: User
    date: float
    content: Content
    edits: list[Content] = field(default_factory=list)
    edited_at: float | None = None
    deleted: bool = False
    reply_to: int | None = None
    thread: int | None = None
    """The topic of a forum in which it stands."""
    reactions: list[str] = field(default_factory=list)
    """What the bot reacted with."""


@dataclass(frozen=True)
class Heard(Shown):
    """Something the bot did in a chat: a message, or an edit of one, with its content at that moment."""

    message_id: int
    edited: bool
    content: Content


@dataclass
class Tap:
    """A tap on an inline button: what it sent, and what ``answerCallbackQuery`` said (None until then)."""

    id: str
    data: str
    at: float
    message: Message | None
    answer: JsonObject | None = None


@dataclass
class InlineQuery:
    """What a person typed behind the bot's name, and what ``answerInlineQuery`` said (None until then)."""

    id: str
    text: str
    at: float
    answer: JsonObject | None = None
    messages: dict[str, Content] = field(default_factory=dict)
    """Title of each result -> the message that it becomes."""

    @property
    def titles(self) -> list[str]:
        """What the person can pick, in order."""
        return list(self.messages)


@dataclass
class ForumTopic:
    """A topic of a forum."""

    name: str
    icon: str = ""
    closed: bool = False
    deleted: bool = False


@dataclass
class Chat:
    """A chat as the bot can see it. ``user`` is the other side of a private chat."""

    id: int
    kind: ChatKind
    title: str | None = None
    user: User | None = None
    state: State = "open"
    upgraded_to: int | None = None
    is_forum: bool = False
    topics: dict[int, ForumTopic] = field(default_factory=dict)
    rights: frozenset[str] = frozenset()
    """Rights of the bot; any makes it an administrator, who is sent all that is said."""
    no_reactions: frozenset[str] = frozenset()
    """Reactions that this group does not allow."""
    thread: dict[int, Message] = field(default_factory=dict)
    happened: list[Heard] = field(default_factory=list)
    heard: int = 0
    actions: list[str] = field(default_factory=list)
    reply_keyboard: Keyboard | None = None

    @property
    def messages(self) -> list[Message]:
        """The bot's messages that are still there, oldest first."""
        return [one for one in self.thread.values() if one.sender.is_bot and not one.deleted]

    @property
    def last(self) -> Message:
        """The bot's newest message."""
        return self.messages[-1]

    def find_button(self, label_or_data: str) -> tuple[Message, Button] | None:
        """The newest inline button with this label or data, and its message."""
        for message in reversed(self.messages):
            keyboard = message.keyboard
            if keyboard is not None and keyboard.kind == "inline" and (found := keyboard.find(label_or_data)):
                return message, found
        return None

    def json(self) -> JsonObject:
        """The Bot API's ``Chat``."""
        about = self.user.json() if self.user else {"title": self.title}
        names = ("title", "first_name", "last_name", "username")
        forum = {"is_forum": True} if self.is_forum else {}
        return {"id": self.id, "type": self.kind} | forum | {n: about[n] for n in names if n in about}


class World:
    """Everything one bot can touch."""

    def __init__(self, bot: User, clock: Clock) -> None:
        self.bot = bot
        self.clock = clock
        self.bell = Bell()
        self.updates = UpdateQueue(clock, self.bell)
        self.chats: dict[int, Chat] = {}
        self.users: dict[int, User] = {}
        self.files: dict[str, StoredFile] = {}
        self.taps: dict[str, Tap] = {}
        self.queries: dict[str, InlineQuery] = {}
        self.abilities: dict[str, bool] = {
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }
        """What @BotFather was told; privacy mode is on unless ``can_read_all_group_messages``."""
        self.journal: list[Call] = []
        self.profile: dict[tuple[str, str, str], JsonObject] = {}
        self.tap_lifetime = TAP_LIFETIME
        self.running = 0
        self.touched = 0.0
        self.numbers = itertools.count(1)

    def touch(self) -> None:
        """Note that something happened just now (real time, for ``quiet``), and wake who waits."""
        self.touched = asyncio.get_running_loop().time()
        self.bell.ring()

    def chat_of(self, call: Call) -> Chat:
        """The chat that a call names, if the bot may write there. Raises Refusal."""
        if not call.text("chat_id").strip():
            raise bad_request("chat_id is empty")
        chat = self.chats.get(call.chat_id) if call.chat_id is not None else None
        if chat is None:
            raise bad_request("chat not found")
        if chat.state == "upgraded" and chat.upgraded_to is not None:
            raise upgraded(chat.upgraded_to)
        if refusal := unreachable(chat.state, chat.kind):
            raise refusal
        return chat

    def add_message(
        self,
        chat: Chat,
        sender: User,
        content: Content,
        *,
        reply_to: int | None = None,
        thread: int | None = None,
    ) -> Message:
        """Put a message into a chat; the bot's own is heard by whoever waits there."""
        answered = chat.thread.get(reply_to) if reply_to else None
        message = Message(
            next(self.numbers),
            chat,
            sender,
            self.clock.now(),
            content,
            reply_to=reply_to,
            thread=answered.thread if answered else thread,
        )
        chat.thread[message.message_id] = message
        if sender.is_bot:
            self._remember_keyboard(chat, content.keyboard)
            chat.happened.append(Heard(message.message_id, False, content))
        self.touch()
        return message

    def change_message(self, message: Message, content: Content) -> None:
        """Replace what the bot's message shows."""
        message.content = content
        message.edits.append(content)
        message.edited_at = self.clock.now()
        message.chat.happened.append(Heard(message.message_id, True, content))
        self.touch()

    def keep_file(self, kind: Literal["photo", "document"], upload: Upload) -> StoredFile:
        """Store an upload under a new file_id."""
        number = next(self.numbers)
        path = f"{kind}s/file_{number}.{upload.name.rpartition('.')[2] or 'bin'}"
        stored = StoredFile(f"{kind.upper()}_standin_{number:06d}", kind, upload, path)
        self.files[stored.file_id] = stored
        return stored

    @staticmethod
    def _remember_keyboard(chat: Chat, keyboard: Keyboard | None) -> None:
        if keyboard is not None and keyboard.kind == "reply":
            chat.reply_keyboard = keyboard
        elif keyboard is not None and keyboard.kind == "remove":
            chat.reply_keyboard = None


def plain(text: str, entities: tuple[JsonObject, ...] = (), *, kind: str = "text") -> Content:
    """A content without markup of its own."""
    return Content(kind=kind, text=text, html=html.escape(text, quote=False), entities=entities)
