"""Text and its entities as Telegram sees them: HTML parse mode, plain-text entities, lengths in UTF-16
units.

The HTML rules and their error texts follow ``parse_html`` in tdlib/td ``td/telegram/MessageEntity.cpp``,
which tdlib/telegram-bot-api at 01a3679 calls; the server puts "can't parse entities: " before them.
"""

import html
import re
from dataclasses import dataclass, field

from tests.telegram_api.answers import JsonObject

TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
    "span": "spoiler", "code": "code", "pre": "pre", "blockquote": "blockquote", "a": "text_link",
    "tg-emoji": "custom_emoji",
}  # fmt: skip

_TAG_NAME = re.compile(r"<([^\s>]*)")
_TAG_REST = re.compile(r"((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>")
_ATTRIBUTE = re.compile(r"\s*([^\s=]+)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[A-Za-z0-9.\-]+))?\s*")
_REFERENCE = re.compile(r"&(?:#x([0-9A-Fa-f]+)|#([0-9]+)|(lt|gt|amp|quot)(?![A-Za-z]));?")
_LINK = re.compile(r"(?i)^(?:https?://|tg://|mailto:)?[^\s]+\.?[^\s]+$")
_PLAIN = re.compile(
    r"(?P<url>https?://[^\s<>\"]+)|(?P<email>[\w.+-]+@[\w-]+\.[\w.-]+\w)"
    r"|(?<![\w/])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?)(?![\w/])"
    r"|(?<!\w)(?P<mention>@[A-Za-z]\w{3,31})|(?<!\w)(?P<hashtag>#\w*[^\W\d]\w*)"
)
_CONTROL = dict.fromkeys((*range(9), 11, 12, *range(14, 32)), " ") | {13: ""}
_DIRECTION = dict.fromkeys(range(0x202A, 0x202F), "")


class EntityError(ValueError):
    """The text is not well-formed; the message is Telegram's."""


@dataclass
class _Open:
    name: str
    value: str
    start: int


@dataclass
class _Reader:
    """One pass over the source."""

    source: str
    at: int = 0
    length: int = 0
    text: list[str] = field(default_factory=list)
    opened: list[_Open] = field(default_factory=list)
    entities: list[JsonObject] = field(default_factory=list)

    def byte(self) -> int:
        return len(self.source[: self.at].encode())

    def emit(self, text: str) -> None:
        self.text.append(text)
        self.length += utf16(text)

    def run(self) -> None:
        while self.at < len(self.source):
            if self.source.startswith("</", self.at):
                self.close()
            elif self.source[self.at] == "<":
                self.open()
            else:
                self.plain()
        if self.opened:
            raise EntityError(f'Can\'t find end tag corresponding to start tag "{self.opened[-1].name}"')

    def plain(self) -> None:
        found = _REFERENCE.match(self.source, self.at)
        if found is not None and (char := _referred(found)):
            self.emit(char)
            self.at = found.end()
            return
        end = self.at + 1
        while end < len(self.source) and self.source[end] not in "<&":
            end += 1
        self.emit(self.source[self.at : end])
        self.at = end

    def open(self) -> None:
        name = _TAG_NAME.match(self.source, self.at)
        if name is None or name.end() == len(self.source):
            raise EntityError(f"Unclosed start tag at byte offset {self.byte()}")
        tag = name[1].lower()
        if tag not in TAGS:
            raise EntityError(f'Unsupported start tag "{tag}" at byte offset {self.byte()}')
        rest = _TAG_REST.match(self.source, name.end())
        if rest is None:
            raise EntityError(f'Unclosed start tag "{tag}" at byte offset {self.byte()}')
        self.opened.append(_Open(tag, self.value(tag, rest[1]), self.length))
        self.at = rest.end()

    def value(self, tag: str, written: str) -> str:
        """The one attribute that matters for this tag, '' without it."""
        wanted = {
            "a": "href",
            "code": "class",
            "span": "class",
            "tg-emoji": "emoji-id",
            "blockquote": "expandable",
        }
        result, at = "", 0
        while at < len(written.rstrip()):
            found = _ATTRIBUTE.match(written, at)
            if found is None or (found[2] is None and found[1].lower() != "expandable"):
                raise EntityError(
                    f'Expected equal sign in declaration of an attribute of the tag "{tag}" '
                    f"at byte offset {self.byte()}"
                )
            if found[1].lower() == wanted.get(tag):
                result = html.unescape((found[2] or "expandable").strip("\"'"))
            at = found.end()
        if tag == "span" and result != "tg-spoiler":
            raise EntityError(f'Tag "span" must have class "tg-spoiler" at byte offset {self.byte()}')
        return result

    def close(self) -> None:
        if not self.opened:
            raise EntityError(f"Unexpected end tag at byte offset {self.byte()}")
        end = self.source.find(">", self.at)
        if end < 0:
            raise EntityError(f"Unclosed end tag at byte offset {self.byte()}")
        name, opened = self.source[self.at + 2 : end].strip().lower(), self.opened[-1]
        if name and name != opened.name:
            raise EntityError(
                f"Unmatched end tag at byte offset {self.byte()}, "
                f'expected "</{opened.name}>", found "</{name}>"'
            )
        self.opened.pop()
        self.at = end + 1
        if self.length > opened.start:
            self.add(opened)

    def add(self, opened: _Open) -> None:
        entity: JsonObject = {
            "type": TAGS[opened.name], "offset": opened.start, "length": self.length - opened.start,
        }  # fmt: skip
        if opened.name == "a":
            if not _LINK.match(opened.value):
                return  # Telegram drops a link it cannot read, and keeps the words
            entity["url"] = opened.value
        elif opened.name == "tg-emoji":
            entity["custom_emoji_id"] = opened.value
        elif opened.name == "blockquote" and opened.value:
            entity["type"] = "expandable_blockquote"
        elif opened.name == "code" and opened.value.startswith("language-"):
            entity["language"] = opened.value.removeprefix("language-")
        elif opened.name == "pre" and self.entities and _same_range(self.entities[-1], entity):
            language = self.entities.pop().get("language")
            entity |= {"language": language} if language else {}
        self.entities.append(entity)


def utf16(text: str) -> int:
    """Length in UTF-16 units, the unit of every offset and limit of the Bot API ("MessageEntity")."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parse_html(source: str) -> tuple[str, list[JsonObject]]:
    """Text and entities of an HTML source. Raises EntityError with Telegram's words."""
    reader = _Reader(source)
    reader.run()
    for entity in reader.entities:
        if entity["type"] == "code":
            entity.pop("language", None)  # a language belongs to <pre> alone
    return "".join(reader.text), sorted(reader.entities, key=lambda one: (one["offset"], -one["length"]))


def tidy(text: str, entities: list[JsonObject]) -> tuple[str, list[JsonObject]]:
    """What Telegram keeps: control characters as spaces, no direction overrides, no white space at either
    end.

    Source: ``clean_input_string`` and ``fix_formatted_text`` in tdlib/td. Entities follow the cut.
    """
    clean = text.translate(_CONTROL)
    if not entities:  # dropping characters would move entities: rare enough to be left out there
        clean = clean.translate(_DIRECTION)
    kept = clean.strip()
    first = utf16(clean[: len(clean) - len(clean.lstrip())])
    last = first + utf16(kept)
    moved = []
    for entity in entities:
        start = max(entity["offset"], first)
        end = min(entity["offset"] + entity["length"], last)
        if end > start:
            moved.append({**entity, "offset": start - first, "length": end - start})
    return kept, moved


def plain_entities(text: str, known: list[JsonObject]) -> list[JsonObject]:
    """``known`` plus the commands, links, addresses, mentions and hashtags that Telegram finds by itself."""
    closed = [one for one in known if one["type"] in {"code", "pre", "text_link"}]
    found = []
    for match in _PLAIN.finditer(text):
        start, length = utf16(text[: match.start()]), utf16(match[0])
        if not any(
            one["offset"] < start + length and start < one["offset"] + one["length"] for one in closed
        ):
            found.append({"type": str(match.lastgroup), "offset": start, "length": length})
    return sorted([*known, *found], key=lambda one: (one["offset"], -one["length"]))


def _referred(found: re.Match[str]) -> str:
    if found[3]:
        return {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}[found[3]]
    code = int(found[1], 16) if found[1] else int(found[2])
    return chr(code) if 0 < code < 0x10FFFF and not 0xD800 <= code <= 0xDFFF else ""


def _same_range(one: JsonObject, other: JsonObject) -> bool:
    return one["type"] == "code" and all(one[key] == other[key] for key in ("offset", "length"))
