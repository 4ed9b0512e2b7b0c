"""What a name means while a run is under way: fields, profile, progress; and how a value is written for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bot.flows.condition import Datum
from bot.flows.field import Declared, field_ref
from bot.flows.french import write_date, write_list, write_number
from bot.flows.shelf import Shelf
from bot.flows.template import Placeholder
from bot.model.turn import View
from bot.model.values import FieldRef, FlowId, Owner, RunId, Value

BUILT_IN = ("person.name", "person.language", "association.members")
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
            case "association.members":
                return len(self.view.association.members) if self.view.association else 1
        if name.startswith("progress."):
            return self.progress.get(name)
        return self.answers.get(self.ref(name))

    def read(self, path: str) -> Datum:
        """The value for a condition: a choice that counts nowhere is absent."""
        value = self.stored(path)
        declared = self.declared(path)
        if isinstance(value, str) and declared and declared.counts_nowhere(value):
            return None
        if isinstance(value, tuple) and declared:
            return tuple(item for item in value if not declared.counts_nowhere(item))
        return value

    def weight(self, path: str) -> float | int | None:
        """The number behind the chosen choice, or the number itself of a scale."""
        value = self.stored(path)
        declared = self.declared(path)
        if isinstance(value, str) and declared:
            return declared.weights().get(value)
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None

    def days_since(self, day: str) -> int | None:
        """Days from an ISO date until today in the operator's time zone."""
        return (self.today() - date.fromisoformat(day)).days

    def today(self) -> date:
        """Today in the operator's time zone."""
        return self.now.astimezone(self.view.policy.timezone).date()

    def ran(self, flow: str, finished: bool) -> bool:
        """Whether this person finished (or at least started) a flow."""
        return FlowId(flow) in self.view.finished or (not finished and FlowId(flow) == self.flow)

    def show(self, hole: Placeholder) -> str:
        """A placeholder's text: a label, a French number or date, or the plural word."""
        if hole.plural:
            number = self.read(hole.name)
            return hole.plural[0 if isinstance(number, int | float) and abs(number) < 2 else 1]
        return self.text(hole.name)

    def text(self, name: str) -> str:
        """A field's value as people read it; the phrase `absent` if there is none."""
        value = self.stored(name)
        phrases = self.shelf.phrases
        if value is None:
            return phrases.label("absent")
        declared = self.declared(name)
        if isinstance(value, tuple):
            return write_list([self._word(item, declared) for item in value], phrases.label("list_and"))
        if isinstance(value, bool):
            return phrases.label("button_yes" if value else "button_no")
        if isinstance(value, int | float):
            return write_number(value)
        if declared and declared.type == "date":
            return write_date(date.fromisoformat(value), phrases.calendar)
        return self._word(value, declared)

    def _word(self, value: str, declared: Declared | None) -> str:
        if declared is None:
            return value
        if declared.type == "person":
            members = self.view.association.members if self.view.association else ()
            return next((name for id, name in members if str(id) == value), value)
        if declared.type == "department":
            return department_name(value)
        return next((choice.label for choice in declared.choices if choice.id == value), value)


def department_name(code: str) -> str:
    """`Rhône (69)`; the code alone if unknown."""
    from bot.flows.departments import DEPARTMENTS  # noqa: PLC0415  # read the table only when needed

    name = DEPARTMENTS.get(code)
    return f"{name} ({code})" if name else code
