"""Reply markup: inline and reply keyboards, read and checked as ``Client::get_reply_markup`` does
(01a3679)."""

from dataclasses import dataclass
from typing import Any, Literal

from tests.telegram_api.answers import BUTTON_DATA_INVALID, MARKUP_NOT_JSON, JsonObject, Refusal, bad_request
from tests.telegram_api.call import Call

DATA_LIMIT = 64
"""Bytes of ``callback_data`` (Bot API, "InlineKeyboardButton")."""

Kind = Literal["inline", "reply", "remove", "force_reply"]


@dataclass(frozen=True)
class Button:
    """One button: its label; what a tap sends back; where it leads; what it asks of the person (contact,
    location)."""

    label: str
    data: str | None = None
    url: str | None = None
    asks: Literal["contact", "location"] | None = None


@dataclass(frozen=True)
class Keyboard:
    """A reply markup. ``raw`` is the JSON as sent."""

    kind: Kind
    rows: tuple[tuple[Button, ...], ...]
    raw: JsonObject

    @property
    def buttons(self) -> list[Button]:
        """All buttons, row by row."""
        return [button for row in self.rows for button in row]

    @property
    def labels(self) -> list[str]:
        """All labels, row by row."""
        return [button.label for button in self.buttons]

    def find(self, label_or_data: str) -> Button | None:
        """The button with this label, otherwise with this data."""
        by_label = [button for button in self.buttons if button.label == label_or_data]
        by_data = [button for button in self.buttons if button.data == label_or_data]
        return next(iter(by_label + by_data), None)


def read_keyboard(call: Call) -> Keyboard | None:
    """The ``reply_markup`` of a call; None without one, and for an empty one. Raises Refusal."""
    markup = call.structure("reply_markup", MARKUP_NOT_JSON)
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if markup.get("keyboard"):
        return Keyboard("reply", _rows(markup["keyboard"], "keyboard", "ReplyKeyboardMarkup"), markup)
    if markup.get("inline_keyboard"):
        rows = _rows(markup["inline_keyboard"], "inline_keyboard", "InlineKeyboardMarkup")
        return Keyboard("inline", rows, markup) if any(rows) else None
    if markup.get("remove_keyboard"):
        return Keyboard("remove", (), markup)
    return Keyboard("force_reply", (), markup) if markup.get("force_reply") else None


def _rows(rows: Any, name: str, owner: str) -> tuple[tuple[Button, ...], ...]:
    if not isinstance(rows, list):
        raise bad_request(f'field "{name}" of the {owner} must be an Array')
    if not all(isinstance(row, list) for row in rows):
        raise bad_request(f'field "{name}" of the {owner} must be an Array of Arrays')
    read = _inline_button if name == "inline_keyboard" else _reply_button
    return tuple(tuple(read(button) for button in row) for row in rows)


def _reply_button(button: Any) -> Button:
    if isinstance(button, str):
        return Button(button)
    if not isinstance(button, dict) or not isinstance(button.get("text"), str):
        raise bad_request("can't parse keyboard button: KeyboardButton must be a String or an Object")
    if button.get("request_contact"):
        return Button(button["text"], asks="contact")
    return Button(button["text"], asks="location" if button.get("request_location") else None)


def _inline_button(button: Any) -> Button:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    label = button.get("text")
    if not isinstance(label, str) or not label.strip():
        raise bad_request('can\'t parse inline keyboard button: field "text" must be a non-empty String')
    if button.get("url"):
        return Button(label, url=_checked_url(str(button["url"])))
    if data := button.get("callback_data"):
        if len(str(data).encode()) > DATA_LIMIT:
            raise Refusal(400, BUTTON_DATA_INVALID)
        return Button(label, data=str(data))
    if any(name in button for name in ("web_app", "copy_text", "switch_inline_query", "login_url", "pay")):
        return Button(label)
    if "switch_inline_query_current_chat" in button or "switch_inline_query_chosen_chat" in button:
        return Button(label)
    raise bad_request("can't parse inline keyboard button: text buttons are unallowed in the inline keyboard")


def _checked_url(url: str) -> str:
    scheme = url.partition("://")[0].lower() if "://" in url else "https"
    if scheme not in {"http", "https", "tg"} or any(char.isspace() for char in url):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Unsupported URL protocol")
    return url
