"""One call of the bot, as data: what came over the wire, and what was answered."""

import json
from dataclasses import dataclass, field
from typing import Any

from tests.telegram_api.answers import JsonObject, bad_request

STRUCTURED = frozenset(
    {
        "reply_markup", "entities", "caption_entities", "commands", "scope", "media", "menu_button",
        "allowed_updates", "link_preview_options", "reply_parameters", "results", "message_ids",
        "button", "options", "reaction",
    }
)  # fmt: skip
"""Parameters that are JSON in a string unless the whole body is JSON."""


@dataclass(frozen=True)
class Upload:
    """A file in a multipart body: its name, its media type, its bytes."""

    name: str
    mime: str
    data: bytes


@dataclass(frozen=True)
class Answer:
    """What went back: HTTP status, body, extra headers."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def json(self) -> JsonObject:
        """The body as JSON (raises ValueError for a malformed or HTML answer)."""
        value: JsonObject = json.loads(self.body)
        return value


@dataclass
class Call:
    """One entry of the journal.

    ``method`` is the canonical name when known, else as sent; ``http`` is GET or POST; ``params`` has
    structured parameters decoded; ``at`` is the stand-in's clock; ``fault`` names the fault that struck;
    ``answer`` is None while the call runs and when the connection was cut.
    """

    number: int
    at: float
    method: str
    http: str
    params: JsonObject
    files: dict[str, Upload] = field(default_factory=dict)
    answer: Answer | None = None
    fault: str | None = None

    @property
    def ok(self) -> bool:
        """True when the bot was told ``ok: true``."""
        return self.answer is not None and self.answer.status == 200

    @property
    def chat_id(self) -> int | None:
        """The chat that the call is about, if it names one by number."""
        try:
            return int(str(self.params.get("chat_id", "")))
        except ValueError:
            return None

    def text(self, name: str) -> str:
        """A parameter as text, '' when it is missing."""
        value = self.params.get(name)
        if value is None:
            return ""
        return value if isinstance(value, str) else json.dumps(value)

    def integer(self, name: str, default: int = 0, *, low: int = -(2**53), high: int = 2**53) -> int:
        """A parameter as a whole number between ``low`` and ``high`` (``Client::get_integer_arg`` clamps
        too)."""
        try:
            value = int(self.text(name) or default)
        except ValueError:
            value = 0
        return min(max(value, low), high)

    def boolean(self, name: str) -> bool:
        """True for ``true``, ``yes`` and ``1`` (``Client::to_bool``)."""
        return self.text(name).strip().lower() in {"true", "yes", "1"}

    def structure(self, name: str, refusal: str) -> Any:
        """A JSON parameter, None when it is missing; refuses with this text what could not be decoded."""
        value = self.params.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, str):
            raise bad_request(refusal)
        return value
