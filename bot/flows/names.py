"""What a name means while a run is under way: fields, profile, progress; and how a value is written for
people.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from bot.flows.departments import DEPARTMENTS
from bot.flows.evaluation import Datum
from bot.flows.field import Declared, field_ref
from bot.flows.french import shorten, write_date, write_hour, write_list, write_number
from bot.flows.listing import listed
from bot.flows.posts import read_post
from bot.flows.shelf import Shelf
from bot.flows.template import Placeholder, plural_word
from bot.model.turn import View
from bot.model.values import FieldRef, FlowId, Owner, RunId, Value

BUILT_IN = ("person.name", "person.language", "person.standing", "association.members", "today")
POST_SHOWN = 200
"""Characters of a post's text where it is only named."""
PROGRESS = ("progress.done", "progress.total", "progress.left", "progress.section")


@dataclass(frozen=True, slots=True)
class Names:
    """Reader of every name in one flow of one run."""

    shelf: Shelf
    flow: FlowId
    run: RunId
    answers: Mapping[FieldRef, Value]
    view: View
    now: datetime
    progress: Mapping[str, Value]
    started: frozenset[FlowId] = frozenset()
    """Flows of the person's open runs."""

    def declared(self, name: str) -> Declared | None:
        """How the field behind a name is declared; None for a built-in name."""
        if "." in name:
            return self.shelf.profile.get(name)
        return self.shelf.flows[self.flow].declared.get(name)

    def ref(self, name: str) -> FieldRef:
        """The stored answer behind a field's name."""
        declared = self.declared(name)
        return field_ref(name, declared.owner if declared else Owner.PERSON, self.flow, self.run)

    def stored(self, name: str) -> Value | None:
        """The answer as given, `value: none` included; None if unanswered."""
        match name:
            case "person.name":
                return self.view.person.name or None
            case "person.language":
                return self.view.person.language
            case "person.standing":
                return self.view.person.standing.value
            case "today":
                return self.today().isoformat()
            case "association.members":
                return len(self.view.association.members) if self.view.association else 1
        if name.startswith("progress."):
            return self.progress.get(name)
        return self.answers.get(self.ref(name))

    def read(self, path: str) -> Datum:
        """The value for a condition: a choice that counts nowhere is absent."""
        value = self.stored(path)
        meaning = self._meaning(path)
        if isinstance(value, str) and meaning and meaning.counts_nowhere(value):
            return None
        if isinstance(value, tuple) and value and meaning:
            return tuple(item for item in value if not meaning.counts_nowhere(item)) or None
        return value

    def weight(self, path: str) -> float | int | None:
        """The number behind the chosen choice, or the number itself of a scale."""
        value = self.stored(path)
        meaning = self._meaning(path)
        if isinstance(value, str):
            return meaning.weights().get(value) if meaning else None
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None

    def days_since(self, day: str) -> int | None:
        """Days from an ISO date until today in the operator's time zone; None if it is no date."""
        began = iso_day(day)
        return None if began is None else (self.today() - began).days

    def today(self) -> date:
        """Today in the operator's time zone."""
        return self.now.astimezone(self.view.policy.timezone).date()

    def ran(self, flow: str, finished: bool) -> bool:
        """Whether this person finished (or at least started) a flow."""
        return FlowId(flow) in self.view.finished or (
            not finished and FlowId(flow) in {self.flow, *self.started}
        )

    def fits(self, function: str, of: str | int | float | bool) -> None:
        """Nothing: a flow chooses nobody."""

    def show(self, hole: Placeholder) -> str:
        """A placeholder's text: a label, a French number or date, or the plural word."""
        if hole.plural:
            return plural_word(hole.plural, self.read(hole.name))
        if hole.filter == "date" and (day := iso_day(self.stored(hole.name), of_moment=True)):
            return write_date(day, self.shelf.phrases.calendar)
        return self.text(hole.name)

    def text(self, name: str) -> str:
        """A field's value as people read it; the phrase `absent` if there is none."""
        value, phrases, meaning = self.stored(name), self.shelf.phrases, self._meaning(name)
        if name == "today":
            return write_date(self.today(), phrases.calendar)
        if value is None or value == ():
            return phrases.label("absent" if value is None else "none_chosen")
        if meaning is not None and (meaning.type == "post" or _is_marked(value, meaning)):
            return self._post(value)
        if isinstance(value, tuple):
            return write_list([self._word(item, meaning) for item in value], phrases.label("list_and"))
        if isinstance(value, bool):
            return phrases.label("button_yes" if value else "button_no")
        if isinstance(value, int | float):
            return (meaning and meaning.degrees.get(int(value))) or write_number(value)
        return self._word(value, meaning)

    def _meaning(self, name: str) -> Declared | None:
        """The declaration that says how a value reads: of a returned field, that of the sub-flow."""
        declared = self.declared(name)
        for _ in self.shelf.flows:  # no longer chain of sub-flows can make sense
            if declared is None or declared.returned_by not in self.shelf.flows:
                break
            declared = self.shelf.flows[declared.returned_by].declared.get(name)
        return declared

    def _word(self, value: str, meaning: Declared | None) -> str:
        if meaning is None:
            return value
        if meaning.people:
            members = self.view.association.members if self.view.association else ()
            own = (self.view.person.id, self.view.person.name)
            known = {str(id): name for id, name in (own, *members)}
            return known.get(value, value) or self.shelf.phrases.label("association_self")
        match meaning.type:
            case "date":
                day = iso_day(value)
                return write_date(day, self.shelf.phrases.calendar) if day else value
            case "time" | "datetime":
                return self._moment(value)
            case "department":
                return f"{DEPARTMENTS[value]} ({value})" if value in DEPARTMENTS else value
            case "file":
                return self.shelf.phrases.label("file_received")
        if meaning.listed:
            known = {id: words[0] for id, words in listed(meaning.listed, self.shelf, self.view)}
            return known.get(value, value)
        return next((choice.label for choice in meaning.choices if choice.id == value), value)

    def _moment(self, value: str) -> str:
        """An hour, or a day and an hour, as the clocks show it."""
        day, _, clock = value.rpartition("T")
        try:
            hour = write_hour(time.fromisoformat(clock))
        except ValueError:
            return value
        if not (found := iso_day(day)):
            return hour
        phrases = self.shelf.phrases
        return phrases.label("moment", day=write_date(found, phrases.calendar), hour=hour)

    def _post(self, value: Value) -> str:
        post = read_post(value)
        if post is None or not post.text:
            return self.shelf.phrases.label("post_received")
        return shorten(" ".join(post.text.split()), POST_SHOWN)


def _is_marked(value: Value, meaning: Declared) -> bool:
    """Whether the answer to a question for a text has the emphasis of an earlier one with it."""
    return meaning.type == "text" and isinstance(value, tuple)


def iso_day(written: object, *, of_moment: bool = False) -> date | None:
    """The day behind an ISO date, `of_moment` also behind a local minute; None for anything else, such as an
    answer from before a field changed its type.
    """
    if of_moment and isinstance(written, str):
        written = written.partition("T")[0]
    try:
        return date.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        return None
