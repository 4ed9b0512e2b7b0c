"""What a Message becomes on Telegram: texts, keyboards and files, ready to be sent. Pure.

Limits by the Bot API: 4096 UTF-16 units a text, 1024 a caption (sendMessage, sendDocument).
"""

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

from bot.channels.telegram.splitting import split_html, visible_length
from bot.markup import escape, telegram_html
from bot.model.message import AttachedFile, Message, Option, Poll

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024

PAIR_WIDTH = 15
"""Two answers share a row when neither label is longer: more would be cut off on a phone."""

THUMBS = ("yes.", "no.")
"""How the acts of the two thumbs under a card begin."""

PLAIN = re.compile(
    r"(?!\d+[.)])[^\W_](?:[^\W_]|[ \xa0\u202f,;:?!'’«»…()%€/\"–—.@-])*(?<![ \xa0\u202f])",
)
"""One line with nothing in it that Markdown or HTML reads as a sign: it is its own HTML."""

CONTROLS_WIDTH = 40
"""Characters that a row of controls holds on a phone."""
CONTROLS_A_ROW = 4

PHOTO_TYPES = frozenset({"image/jpeg", "image/png", "image/webp"})
"""Media types that Telegram shows as a picture; anything else goes out as a document."""

COPIED = re.compile(r"(-?[0-9]{1,19})/([0-9]{1,19})")
"""`Message.copied`: chat and message."""

Markup = InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove
Sign = Callable[[str], str]
"""From an act to signed `callback_data`."""
Requests = Mapping[Literal["phone", "location"], str]
"""What the buttons say that share a phone number or a location: from the phrases."""


@dataclass(frozen=True, slots=True)
class Part:
    """One call: a text, or a file with a caption."""

    html: str = ""
    """Text, or caption of the file."""
    file: AttachedFile | None = None
    markup: Markup | None = None
    silent: bool = False
    reply_to: int | None = None
    """Message that this one answers; that also keeps it in the topic of a forum."""
    steady: bool = False
    """An edit leaves the file as it went out: its caption alone changes (Bot API, editMessageCaption)."""
    copied: tuple[int, int] | None = None
    """Chat and message of a post that is copied as it is."""
    poll: Poll | None = None
    thread: int | None = None
    """Topic of a forum in which it goes out."""

    @property
    def is_photo(self) -> bool:
        """Whether the file is shown as a picture."""
        return self.file is not None and self.file.media_type in PHOTO_TYPES

    @property
    def editable(self) -> bool:
        """Whether this part can replace the words of an earlier message (Bot API, editMessageText)."""
        changeable = self.file is None or self.steady
        return changeable and isinstance(self.markup, InlineKeyboardMarkup | None)


def render(message: Message, *, sign: Sign, requests: Requests) -> tuple[Part, ...]:
    """The calls that say a message, in order, the keyboard under the last. Empty for an empty message."""
    html = _html(message.text, message.folded)
    files = message.attachments
    card = bool(files) and message.steady
    if card and visible_length(html) <= CAPTION_LIMIT:
        # What can be tapped comes last: the buttons, and the part that is edited later.
        bodies = [*(Part(_caption(file), file) for file in files[1:]), Part(html, files[0])]
    elif card:
        bodies = [Part(_caption(file), file) for file in files]
        bodies += [Part(text) for text in split_html(html, TEXT_LIMIT)]
    elif files and visible_length(html) <= CAPTION_LIMIT:
        bodies = [
            Part(html or _caption(files[0]), files[0]),
            *(Part(_caption(file), file) for file in files[1:]),
        ]
    else:
        bodies = [Part(text) for text in split_html(html, TEXT_LIMIT)]
        bodies += [Part(_caption(file), file) for file in files]
    if post := COPIED.fullmatch(message.copied):
        shown = Part(html, copied=(int(post[1]), int(post[2])))
        # A card stands below a post of which we have nothing but the copy.
        bodies = [shown, *bodies] if message.steady else [shown]
    if message.poll is not None:
        bodies.append(Part(poll=message.poll))
    last = len(bodies) - 1
    markup = _markup(message, sign, requests)
    answered = int(message.reply_to) if message.reply_to.isdecimal() else None
    return tuple(
        # All but the last are silent: one message, one notification.
        replace(
            part,
            markup=markup if place == last else None,
            silent=message.silent or place < last,
            reply_to=answered,
            steady=message.steady,
        )
        for place, part in enumerate(bodies)
    )


def edited_part(parts: Sequence[Part]) -> Part | None:
    """The part by which an earlier message is edited; None if it must be said anew."""
    if not parts or (len(parts) > 1 and not parts[-1].steady):
        return None
    return parts[-1]


@functools.lru_cache(maxsize=64)
def _html(text: str, folded: str) -> str:
    """The copies of an announcement, and what many are told, are the same text. Few are remembered: what was
    told to one person should not stay."""
    return text if not folded and PLAIN.fullmatch(text) else telegram_html(text, folded)


def link_keyboard(options: Sequence[Option]) -> InlineKeyboardMarkup | None:
    """The buttons that open an address; nothing of ours is told when one is tapped."""
    links = [option for option in options if option.link]
    return (
        InlineKeyboardMarkup([[InlineKeyboardButton(one.label, url=one.link)] for one in links])
        if links
        else None
    )


def keyboard(options: Sequence[Option], controls: Sequence[Option]) -> list[list[Option]]:
    """The rows of buttons: answers one a row, or two where both are short; controls last."""
    return [*_pairs(options), *_control_rows(controls)]


def _markup(message: Message, sign: Sign, requests: Requests) -> Markup | None:
    rows = keyboard(message.options, message.controls)
    if message.request is not None:
        shared = message.request
        button = KeyboardButton(
            requests[shared],
            request_contact=True if shared == "phone" else None,
            request_location=True if shared == "location" else None,
        )
        # A keyboard under the text field carries no acts: its labels come back as words, which prompts know.
        words = [[KeyboardButton(option.label) for option in row if option.act] for row in rows]
        return ReplyKeyboardMarkup(
            [[button], *filter(None, words)], resize_keyboard=True, one_time_keyboard=True
        )
    if not rows:
        return None
    return InlineKeyboardMarkup([[_button(option, sign) for option in row] for row in rows])


def _button(option: Option, sign: Sign) -> InlineKeyboardButton:
    if option.link:
        return InlineKeyboardButton(option.label, url=option.link)
    return InlineKeyboardButton(option.label, callback_data=sign(option.act))


def _pairs(options: Sequence[Option]) -> list[list[Option]]:
    rows: list[list[Option]] = []
    for option in options:
        if rows and len(rows[-1]) == 1 and _side_by_side(rows[-1][0], option):
            rows[-1].append(option)
        else:
            rows.append([option])
    return rows


def _side_by_side(left: Option, right: Option) -> bool:
    """Whether two answers share a row: the two thumbs under a card always, with nothing else."""
    thumbs = [one.act.startswith(THUMBS) for one in (left, right)]
    return all(thumbs) or (not any(thumbs) and max(len(left.label), len(right.label)) <= PAIR_WIDTH)


def _control_rows(controls: Sequence[Option]) -> list[list[Option]]:
    rows: list[list[Option]] = []
    for control in controls:
        width = sum(len(each.label) for each in rows[-1]) + len(control.label) if rows else 0
        if rows and len(rows[-1]) < CONTROLS_A_ROW and width <= CONTROLS_WIDTH:
            rows[-1].append(control)
        else:
            rows.append([control])
    return rows


def _caption(file: AttachedFile) -> str:
    """What the picture shows, for those who do not see it: Telegram has no other field for it."""
    parts = split_html(telegram_html(escape(file.alternative)), CAPTION_LIMIT)
    return parts[0] if parts else ""
