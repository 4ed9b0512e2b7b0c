"""An audience said in French, as staff read it before anything leaves. Pure; the phrases have the words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.events.audience import STANDING, Vocabulary, checked
from bot.flows.condition import Call, Const, Items, Name, Operation, Tree
from bot.flows.departments import DEPARTMENTS
from bot.flows.french import write_date, write_number
from bot.flows.names import iso_day
from bot.flows.phrases import Phrases
from bot.knowledge.hints import quote
from bot.markup import plain
from bot.model.event import EventId
from bot.model.message import Markdown
from bot.model.values import FlowId
from bot.model.who import Standing

OPPOSITE: Mapping[str, str] = {
    "==": "!=",
    "!=": "==",
    "<": ">=",
    ">=": "<",
    ">": "<=",
    "<=": ">",
    "in": "not in",
    "not in": "in",
}
"""What a comparison says where it does not hold; of an absent answer neither holds."""

MIRRORED: Mapping[str, str] = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
"""The comparison with its sides changed."""

BOUNDS: Mapping[str, tuple[str, str]] = {
    "==": ("audience_equal", "audience_on"),
    "!=": ("audience_unequal", "audience_not_on"),
    "<": ("audience_less", "audience_before"),
    "<=": ("audience_most", "audience_until"),
    ">": ("audience_more", "audience_after"),
    ">=": ("audience_least", "audience_from"),
}
"""Comparison -> the phrase for a number, and for a date."""

MEMBERS = "association.members"

QUESTIONS: Mapping[str, str] = {
    "person.name": "audience_name",
    "person.language": "audience_language",
    MEMBERS: "audience_members",
    STANDING: "audience_standing",
}
"""What we know without having asked -> the phrase that names it."""


def describe(written: str, vocabulary: Vocabulary, phrases: Phrases) -> str:
    """`Les personnes qui ont répondu « Bénévole » à « Votre rôle ? », et qui …`, without a full stop.

    AudienceError if the condition does not hold water.
    """
    if not written.strip():
        return phrases.label("audience_everyone")
    said = _Sayer(written, vocabulary, phrases).said(checked(written, vocabulary).tree)
    return phrases.label("audience_those", that=said)


@dataclass(frozen=True, slots=True)
class _Sayer:
    written: str
    vocabulary: Vocabulary
    phrases: Phrases

    def said(self, tree: Tree) -> str:
        """A condition as what follows "the people who"."""
        match tree:
            case Operation(operator="and" | "or" as word, operands=operands):
                parts = [self._part(operand) for operand in operands]
                joined = parts[0]
                for part in parts[1:]:
                    joined = self.phrases.label(f"audience_{word}", one=joined, other=part)
                return joined
            case Operation(operator="not", operands=(operand,)):
                return self._not(operand)
            case Operation(operator=operator, operands=(left, right)) if operator in OPPOSITE:
                return self._compared(operator, left, right)
            case Call():
                return self._called(tree, holds=True)
            case Name(path=path):
                return self._chose(path, [self.phrases.label("button_yes")])
        return self._rule()

    def _part(self, tree: Tree) -> str:
        """One side of an "and" or "or", in brackets of words where it has sides itself."""
        grouped = isinstance(tree, Operation) and tree.operator in ("and", "or")
        said = self.said(tree)
        return self.phrases.label("audience_among", that=said) if grouped else said

    def _not(self, tree: Tree) -> str:
        match tree:
            case Operation(operator=operator, operands=(left, right)) if operator in OPPOSITE:
                return self._compared(OPPOSITE[operator], left, right)
            case Operation(operator="not", operands=(operand,)):
                return self.said(operand)
            case Call():
                return self._called(tree, holds=False)
            case Name(path=path):
                return self._chose(path, [self.phrases.label("button_no")])
        return self.phrases.label("audience_not", that=self.said(tree))

    def _compared(self, operator: str, left: Tree, right: Tree) -> str:
        match left, right:
            case Name(path="today"), _:  # says nothing about anybody
                return self._rule()
            case Const(), Name() if operator in MIRRORED or operator in ("==", "!="):
                return self._compared(MIRRORED.get(operator, operator), right, left)
            case Name(path=path), Items(values=values) if values:
                return self._chose(
                    path, [self._answer(path, one) for one in values], not_=operator == "not in"
                )
            case Const(value=value), Name(path=path) if operator in ("in", "not in"):
                return self._chose(path, [self._answer(path, value)], not_=operator == "not in")
            case Name(path=path), Const(value=value):
                return self._bounded(operator, path, value)
        return self._rule()

    def _bounded(self, operator: str, path: str, value: str | int | float | bool) -> str:
        number, date = BOUNDS[operator]
        question = self._question(path)
        match self.vocabulary.type_of(path).kind, value:
            case "number", int() | float():
                bound = self.phrases.label(number)
                if self.vocabulary.whole(path) == MEMBERS:
                    return self.phrases.label(
                        "audience_of_members", bound=bound, number=write_number(value), count=int(value)
                    )
                return self.phrases.label(
                    "audience_number", bound=bound, number=write_number(value), question=question
                )
            case "date", str() if day := iso_day(value):
                bound, told = self.phrases.label(date), write_date(day, self.phrases.calendar)
                return self.phrases.label("audience_date", bound=bound, day=told, question=question)
        return self._chose(path, [self._answer(path, value)], not_=operator == "!=")

    def _called(self, call: Call, *, holds: bool) -> str:
        phrases = self.phrases
        match call.function, call.arguments:
            case "done" | "started" | "under_way" as what, (Const(value=flow),):
                title = self.vocabulary.journeys.get(FlowId(str(flow)), str(flow))
                return phrases.label(f"audience_{what}" if holds else f"audience_not_{what}", title=title)
            case "registered", (Const(value=event),):
                titles = self.vocabulary.happenings or {}
                title = titles.get(EventId(str(event)), str(event))
                return phrases.label(
                    "audience_registered" if holds else "audience_not_registered", title=title
                )
            case "seen_within", (Const(value=int(days)),):
                return phrases.label("audience_seen" if holds else "audience_unseen", days=days)
            case "answered", (Name(path=path),):
                key = "audience_answered" if holds else "audience_unanswered"
                return phrases.label(key, question=self._question(path))
            case "contains", (Name(path=path), Const(value=value)):
                return self._chose(path, [self._answer(path, value)], not_=not holds)
        said = self._rule()
        return said if holds else phrases.label("audience_not", that=said)

    def _chose(self, path: str, answers: Sequence[str], *, not_: bool = False) -> str:
        either = f" {self.phrases.label('list_or')} ".join(quote(answer) for answer in answers)
        key = "audience_is" if self.vocabulary.whole(path) in QUESTIONS else "audience_chose"
        key = f"{key}_other" if not_ else key
        return self.phrases.label(key, answer=either, question=self._question(path))

    def _question(self, path: str) -> str:
        name = self.vocabulary.whole(path)
        if name in QUESTIONS:
            return self.phrases.label(QUESTIONS[name])
        declared = self.vocabulary.fields.get(name)
        if declared is None or declared.label is None or declared.label.placeholders():
            return path
        return plain(Markdown(declared.label.source), links=False)

    def _answer(self, path: str, value: str | int | float | bool) -> str:
        if isinstance(value, bool):
            return self.phrases.label("button_yes" if value else "button_no")
        if not isinstance(value, str):
            return write_number(value)
        declared = self.vocabulary.declared(path)
        if self.vocabulary.whole(path) == STANDING:
            return self.phrases.label("audience_no_role" if value == Standing.MEMBER else f"role_{value}")
        if declared is not None and declared.type == "department":
            return f"{DEPARTMENTS.get(value, value)} ({value})"
        choices = declared.choices if declared else ()
        return next((choice.label for choice in choices if choice.id == value), value)

    def _rule(self) -> str:
        """What has no words: as it is written."""
        return self.phrases.label("audience_by_rule", rule=self.written)
