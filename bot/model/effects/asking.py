"""Questions and opinions, and requests to staff."""

from dataclasses import dataclass
from datetime import datetime

from bot.model.message import Message, Option
from bot.model.request import Deed, RequestId, RequestState
from bot.model.statistics import QuestionFate
from bot.model.values import ArticleId
from bot.model.who import PersonId


@dataclass(frozen=True, slots=True)
class Miss:
    """A question that was not answered; stored without identity."""

    text: str
    verdict: str
    """`suggest`, `reject`, or `disliked`: answered, but the person said that it was not what they meant."""
    guesses: tuple[ArticleId, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, or the choice among what was suggested for it; counted by day, without the words."""

    fate: QuestionFate
    article: ArticleId | None = None
    """The entry that answered; None where none did."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """An entry helped, or was not what the person meant; counted by day, without identity."""

    article: ArticleId
    helpful: bool


@dataclass(frozen=True, slots=True)
class Settle:
    """Staff put questions away that need no answer; those that are not open any more stay as they are."""

    misses: tuple[int, ...]
    """Ids of the questions."""


@dataclass(frozen=True, slots=True)
class Propose:
    """Staff want phrasings added to an entry; they are checked before anything is published."""

    article: ArticleId
    phrasings: tuple[str, ...]
    misses: tuple[int, ...]
    """Ids of the questions that this settles; nothing is recorded if none is open any more."""


@dataclass(frozen=True, slots=True)
class ProposeEntry:
    """Staff want an answer of theirs in the base: kept without identity, for those who write entries."""

    request: RequestId
    by: PersonId
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Escalate:
    """A person asks for a human: a request is recorded for staff, or joins the one that is open.

    In texts, titles and acts `request.NUMBER` stands for the number that it will have.
    """

    reason: str
    """Where it came from: a flow and step, or `three-failures`, or `asked`."""
    text: str = ""
    """What the person agreed to pass on."""
    title: str = ""
    """What staff know it by, plain text."""
    pack: Message | None = None
    """What staff see first; None: nobody of staff is told."""
    joins: Message | None = None
    """What staff see if a request of the person is open already."""
    alone: tuple[Option, ...] = ()
    """Buttons below the pack where staff read it each in their own chat."""
    remind: datetime | None = None
    """When staff are reminded if nobody has answered by then."""


@dataclass(frozen=True, slots=True)
class TellTeam:
    """Say something about a request where staff see to it."""

    request: RequestId
    message: Message
    """One with the key `request-<number>` replaces the pack."""
    alone: tuple[Option, ...] = ()
    """Buttons where staff read it each in their own chat."""
    besides: tuple[PersonId, ...] = ()
    """Who of staff hear it otherwise, where each is told in their own chat."""
    answers: str = ""
    """The key of what was told before and this belongs to."""
    edits: bool = False
    """It replaces what was told under its own key, if that was told."""


@dataclass(frozen=True, slots=True)
class Relay:
    """Staff wrote to the person of a request; the right is asked for again in the commit."""

    request: RequestId
    state: RequestState
    """In which it was decided; if it moved, the turn is decided again."""
    by: PersonId
    messages: tuple[Message, ...]
    """For the person."""
    mark: Message
    """Told where staff wrote, once all of it arrived."""
    failed: Message
    """Told there if it cannot arrive."""
    edits: bool = False
    """It replaces what was said under the same key; nothing else changes."""
    words: str = ""
    """What was written, for an entry that may be made of it."""


@dataclass(frozen=True, slots=True)
class Handle:
    """What happens to a request; a staff member's right is asked for again in the commit."""

    request: RequestId
    deed: Deed
    state: RequestState
    """In which it was decided; if it moved, the turn is decided again."""
    by: PersonId | None = None
    """Who of staff; None: the person themselves."""
    remind: datetime | None = None
    """When staff are reminded, if this makes it theirs to answer again."""


@dataclass(frozen=True, slots=True)
class Entrust:
    """One of staff gives a request to a colleague; the rights of both are asked for again in the commit."""

    request: RequestId
    state: RequestState
    """In which it was decided; if it moved, the turn is decided again."""
    held: PersonId | None
    """Who saw to it when this was decided; likewise."""
    by: PersonId
    to: PersonId
    told: Message
    """For the colleague, in their own chat."""
    failed: Message
    """For who gave it, where they did, if the colleague is not reached."""
    remind: datetime | None = None
    """When staff are reminded, if this makes it theirs to answer again."""


@dataclass(frozen=True, slots=True)
class Talk:
    """From now on what the person writes goes to staff, or to the assistant again."""

    request: RequestId
    on: bool


@dataclass(frozen=True, slots=True)
class ShareContext:
    """The person agreed, or did not, that staff see their answers and last messages."""

    request: RequestId
    agreed: bool
    pack: Message
    """What staff see from now on in the place of the first message."""
    alone: tuple[Option, ...] = ()
    """Buttons below it where staff read it each in their own chat."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What a person says of how staff saw to their request, once it is closed."""

    request: RequestId
    score: str = ""
    """One of `request.SCORES`; empty: only words."""
    words: str = ""
    told: Message | None = None
    """What staff hear of it, if the request is that person's."""
