"""Where the effects of one turn are applied."""

from dataclasses import dataclass, field
from datetime import date, datetime

from bot.events.news import with_own_hours
from bot.model.message import Message
from bot.model.preferences import Preferences
from bot.model.turn import Policy
from bot.model.who import AssociationId, PersonId
from bot.storage.codec import to_text
from bot.storage.database import Transaction
from bot.storage.files import Files
from bot.storage.outbox import Priority
from bot.storage.people import Loaded


@dataclass(slots=True)
class Scene:
    """What applying an effect needs."""

    tx: Transaction
    files: Files
    loaded: Loaded
    now: datetime
    priority: Priority
    association: AssociationId | None = field(init=False)
    instead: dict[str, Message] = field(default_factory=dict)
    """Key -> what is said under it, where others were faster than what was decided."""

    def __post_init__(self) -> None:
        self.association = self.loaded.view.person.association

    @property
    def person(self) -> PersonId:
        """Whose turn it is."""
        return self.loaded.view.person.id

    @property
    def moment(self) -> str:
        """Now, as it is stored."""
        return to_text(self.now)

    @property
    def today(self) -> date:
        """The day by the clocks of the operator."""
        return self.now.astimezone(self.policy.timezone).date()

    @property
    def policy(self) -> Policy:
        """The operator's, for what concerns others: without the hours that this person chose."""
        return with_own_hours(self.loaded.view.policy, Preferences())
