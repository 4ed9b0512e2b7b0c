"""What must happen after a decision: the closed set of effects, all of them applied in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.model.announcement import AnnouncementId, Order, Plan
from bot.model.event import Event, EventId, Place, Reply
from bot.model.message import Markdown, Message, Option
from bot.model.preferences import Preferences
from bot.model.request import Deed, RequestId, RequestState
from bot.model.roster import RosterId, RosterOrder
from bot.model.statistics import QuestionFate
from bot.model.values import ArticleId, FieldRef, FlowId, StoredFile, Task, Value
from bot.model.who import PersonId, Standing


@dataclass(frozen=True, slots=True)
class Send:
    """Say this to the person."""

    message: Message
    kept: bool = True
    """Whether it stays in the history. Not so what gives a right to whoever reads it."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the message that went out under `message.key`; sent anew where it cannot be found."""

    message: Message


@dataclass(frozen=True, slots=True)
class Remember:
    """Keep an answer."""

    field: FieldRef
    value: Value
    erase_after: datetime | None = None
    """Aware; when retention ends. None: until the person erases it."""
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Forget:
    """Drop an answer."""

    field: FieldRef


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Come back at `due` with `Timeout(key)`; replaces a timer of the same key of this person."""

    key: str
    due: datetime


@dataclass(frozen=True, slots=True)
class CancelTimer:
    """Forget the timer; no error if there is none."""

    key: str


@dataclass(frozen=True, slots=True)
class AddTask:
    """Put a task on the road map; replaces an open one of the same id and owner."""

    task: Task


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
    besides: PersonId | None = None
    """Who of staff hears it otherwise, where each is told in their own chat."""


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


@dataclass(frozen=True, slots=True)
class ProposeEntry:
    """Staff want an answer of theirs in the base: kept without identity, for those who write entries."""

    request: RequestId
    by: PersonId
    question: str
    answer: str


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
class SetDigest:
    """Somebody of staff wants the weekly digest, or no longer."""

    wanted: bool


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
class Problem:
    """Something in the content or the engine went wrong for this person; recorded for staff, no texts
    of people.
    """

    code: str
    flow: FlowId
    step: str


@dataclass(frozen=True, slots=True)
class Finish:
    """A run ended; counted for `done()` and `started()`."""

    flow: FlowId
    outcome: str
    """`done`, `cancelled` or `left` (runaway protection)."""


@dataclass(frozen=True, slots=True)
class Begin:
    """A run started."""

    flow: FlowId


@dataclass(frozen=True, slots=True)
class SetLanguage:
    """The person chose a language."""

    language: str


@dataclass(frozen=True, slots=True)
class SetPreferences:
    """The person said what they want to hear; what waits for them is taken back or held accordingly."""

    preferences: Preferences


@dataclass(frozen=True, slots=True)
class Reach:
    """The person can or can no longer be reached on this channel."""

    reachable: bool


@dataclass(frozen=True, slots=True)
class Export:
    """Hand out everything stored about the person as a JSON file attached to `message`."""

    message: Message
    name: str
    """File name, `.json`."""


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file made in a decision."""

    name: str
    media_type: str
    content: bytes
    alternative: str = ""
    """What the picture shows, for people who do not see it."""


@dataclass(frozen=True, slots=True)
class HandOut:
    """Send files that this turn made, attached to `message` in their order."""

    message: Message
    files: tuple[NewFile, ...]


@dataclass(frozen=True, slots=True)
class Register:
    """Answer an event. If the commit finds another place than expected, the turn is decided again."""

    event: EventId
    reply: Reply
    revision: int
    """Of the event that this was decided on."""
    expected: Place
    """What the person is told that they get."""
    news: Message
    """To whoever gets a seat by it."""
    ahead: int | None = None
    """How many the person is told come before them on the waiting list."""
    unsure: Message | None = None
    """Stands in for the `Edit` of its key if others were faster and `ahead` is not so any more."""


@dataclass(frozen=True, slots=True)
class News:
    """What people are told of a change of an event."""

    promoted: Message
    """To those who get a seat by it."""
    told: Mapping[Place, HandOut] = field(default_factory=dict)
    """To the others, by their place."""


@dataclass(frozen=True, slots=True)
class Publish:
    """Staff announce an event, change it or call it off; the right is asked for again in the commit, which
    also writes the journal. If somebody else changed the event meanwhile, the turn is decided again.
    """

    event: Event
    """As it will be, of the revision after the one stored."""
    news: News


@dataclass(frozen=True, slots=True)
class CheckIn:
    """Somebody is there: by the list of staff, who must have the right, or by the code at the door."""

    event: EventId
    person: PersonId | None = None
    """None: somebody who came without the assistant, under `name`."""
    name: str = ""
    code: str | None = None
    """The code that the person themselves came with; None: staff checks them in. One that is not the door's
    has the turn decided again.
    """


@dataclass(frozen=True, slots=True)
class CheckOut:
    """Staff take a check-in back."""

    event: EventId
    person: PersonId | None = None
    """Whose; None: the one of that number."""
    attendance: int = 0


@dataclass(frozen=True, slots=True)
class OpenDoor:
    """Staff want a code for the door: made if there is none, or anew. The right is asked for again."""

    event: EventId
    code: str
    """Lower-case letters and digits, unguessable."""


@dataclass(frozen=True, slots=True)
class RemindNow:
    """Staff have those who come reminded at once, or after the quiet hours; the right is asked for again."""

    event: EventId


@dataclass(frozen=True, slots=True)
class Announce:
    """Staff want something told to many; the right is asked for again in the commit (a lost one has the turn
    decided again), and the journal is written there.

    A card that shows how far it is appears below by itself, edited in place, and a report at the end. To show
    a person first what they would get: `dialogue.announcing.copy_for(draft, plan)`, a Message to `Send`.
    """

    plan: Plan
    started: Message
    """Said to who announces it."""
    twice: Message
    """Said instead, and nothing is begun, if the same text was announced before, without `plan.again`."""


@dataclass(frozen=True, slots=True)
class Direct:
    """Staff pause, resume or cancel an announcement; right and journal as for `Announce`."""

    announcement: AnnouncementId
    order: Order


@dataclass(frozen=True, slots=True)
class Amend:
    """Staff correct what an announcement said, or take it back; right and journal as for `Announce`."""

    announcement: AnnouncementId
    text: Markdown | None
    """The new text, for every copy that arrived and every one to come; None takes them back."""


@dataclass(frozen=True, slots=True)
class ReportOn:
    """Staff want the report of an announcement: `message` with `files` and the list of copies attached."""

    announcement: AnnouncementId
    message: Message
    files: tuple[NewFile, ...]
    listing: str
    """File name of the list, `.csv`."""
    words: Mapping[str, str]
    """What the list calls its columns, fates and reasons."""


@dataclass(frozen=True, slots=True)
class Invite:
    """A link that gives a role once; the right is asked for again in the commit."""

    standing: Standing
    digest: str
    """Hash of the link's token: the token itself is in the message alone."""
    expires: datetime


@dataclass(frozen=True, slots=True)
class TakeRole:
    """Somebody followed an invitation: whether it still holds, the commit knows."""

    digest: str
    welcome: Mapping[Standing, Message]
    """Said to them if it does, by the role that it gives."""
    told: Mapping[Standing, Message]
    """Said to who invited them."""
    gone: Message
    """Said to them if it does not."""


@dataclass(frozen=True, slots=True)
class Unrole:
    """Take somebody's role back; the right is asked for again in the commit."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class ExportRoster:
    """Staff want people as a file: it is made beside the turn, and comes when it is there. The right is asked
    for again in the commit, as for the two below.
    """

    condition: str = ""
    """About whom, in the condition language; empty: everybody."""


@dataclass(frozen=True, slots=True)
class ImportRoster:
    """Staff sent a file about people: a preview comes when it was looked through."""

    file: StoredFile


@dataclass(frozen=True, slots=True)
class AgreeRoster:
    """Staff say what becomes of a file that they saw the preview of."""

    roster: RosterId
    order: RosterOrder
    told: Message
    """In the place of the preview."""
    gone: Message
    """Said instead, and nothing happens, if somebody said so before or the preview is another person's."""


@dataclass(frozen=True, slots=True)
class Audit:
    """Something that staff did, or that somebody without the right tried: for the journal."""

    act: str
    """Slug of what was done, such as `event.published` or `refused`; the phrase `journal_…` says it."""
    about: str = ""
    """What it was done to: an id, a command, never words of a person."""


@dataclass(frozen=True, slots=True)
class Erase:
    """Erase everything of the person, then say `farewell`, whose row is erased once delivered."""

    farewell: Message


Effect = (
    Send
    | Edit
    | Remember
    | Forget
    | SetTimer
    | CancelTimer
    | AddTask
    | Escalate
    | Miss
    | Asked
    | SetDigest
    | Opinion
    | Settle
    | Propose
    | Problem
    | Begin
    | Finish
    | SetLanguage
    | SetPreferences
    | Reach
    | Export
    | HandOut
    | Register
    | Publish
    | CheckIn
    | CheckOut
    | OpenDoor
    | RemindNow
    | Announce
    | Direct
    | Amend
    | ReportOn
    | Invite
    | TakeRole
    | Unrole
    | TellTeam
    | Relay
    | Handle
    | Talk
    | ShareContext
    | Rate
    | ProposeEntry
    | ExportRoster
    | ImportRoster
    | AgreeRoster
    | Audit
    | Erase
)
