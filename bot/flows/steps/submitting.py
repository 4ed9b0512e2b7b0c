"""What `publish` and `announce` have in common: answers make something, it is shown, and then it leaves."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from bot.flows.authored import Authored, FieldName, Slug
from bot.flows.desk import Composed
from bot.flows.field import Choice, Declared, owner_of
from bot.flows.step import (
    NEXT,
    Again,
    Answered,
    Discard,
    Exit,
    Halt,
    Jump,
    Link,
    Outcome,
    PromptInput,
    Refused,
    Replay,
    Reply,
    Scope,
    Step,
    answer_act,
)
from bot.flows.steps.review import PICK, Review
from bot.knowledge.choice import Chosen, Unsure, match_choice
from bot.markup.escape import escape
from bot.model.effects import Remember
from bot.model.inputs import Tap, Utterance
from bot.model.message import Markdown, Message, Option
from bot.model.session import Wait
from bot.model.turn import Wanted
from bot.model.values import Owner, Value

FIX, DROP = "modifier", "abandonner"
"""Decisions that every one of them offers: change an answer, or leave it all."""


class Parts(Authored):
    """Which answers make it: part -> the field that holds it."""

    TYPES: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Part -> types of field that it can come from."""

    def fields(self) -> Iterable[tuple[str, int | None, str]]:
        """Part, place within it where it has several, and the field."""
        for part in type(self).model_fields:
            match getattr(self, part):
                case str(name):
                    yield part, None, name
                case tuple() as names:
                    yield from ((part, place, name) for place, name in enumerate(names))


class Submitting(Step):
    """A prompt that shows what the answers make, and takes a decision about it."""

    VERB: ClassVar[str] = ""
    DECISIONS: ClassVar[tuple[str, ...]] = ()
    """What can be decided for good, beside to leave it."""

    fix: Slug
    """A review: "Modifier" offers its answers, to change one; from any other step it goes on."""
    decided: FieldName | None = None
    """The field that keeps what was decided."""

    @property
    def parts(self) -> Parts:
        """The answers that make it."""
        raise AssertionError(f"{type(self).__name__} must name its parts")

    def enter(self, scope: Scope) -> Outcome:
        """Waits."""
        return Outcome(then=Halt())

    def before(self, scope: Scope) -> tuple[Message, ...]:
        """What people will get, as they will see it."""
        return self._composed(scope).shown

    def prompt(self, scope: Scope) -> Message:
        """What would happen, and the decisions; or the answers that can be changed."""
        picking = _picks(scope)
        text = scope.shelf.phrases.say("review_pick") if picking else self._composed(scope).text
        offered = self._offered(scope)
        options = tuple(Option(id, words[0], answer_act(scope.serial, id)) for id, words in offered)
        return Message(text, options)

    def accept(self, input: PromptInput, scope: Scope) -> Reply | None:
        """Takes a decision."""
        options = self._offered(scope)
        match input:
            case Tap(act=chosen) if chosen in dict(options):
                return self._decide(chosen, dict(options)[chosen][0], scope, in_place=True)
            case Utterance(text=text):
                match match_choice(text, options):
                    case Chosen(id=chosen):
                        return self._decide(chosen, dict(options)[chosen][0], scope, in_place=False)
                    case Unsure():
                        return Refused(self.refusal(scope))
        return None

    def refusal(self, scope: Scope) -> Markdown:
        """What an input is told that was neither an answer nor a question."""
        return scope.shelf.phrases.say("refused_choice")

    @property
    def asks_for_more(self) -> bool:
        """Whether it may lack something: it always may."""
        return True

    def lacks(self, scope: Scope) -> frozenset[Wanted]:
        """What should be known to compose it, and is not yet."""
        return scope.desk.lacks(self, scope) if scope.desk else frozenset()

    def declare(self, scope: Owner) -> Mapping[str, Declared]:
        """The fields that it fills, as other parts of the flow see them."""
        if self.decided is None:
            return {}
        choices = tuple(Choice(id=id, label=id) for id in self.DECISIONS)
        return {self.decided: Declared("choice", owner_of(self.decided, scope), choices)}

    def title(self, scope: Scope) -> Markdown:
        """What stands above the decision in the record."""
        return scope.shelf.phrases.say(f"{self.VERB}_title")

    def links(self) -> Iterable[Link]:
        yield Link("step", self.fix, ("fix",))
        for part, place, name in self.parts.fields():
            where = (self.VERB, part) if place is None else (self.VERB, part, place)
            yield Link("field", name, where)

    def exits(self) -> tuple[Exit, ...]:
        return (Exit(NEXT), Exit(self.fix, "goto"))

    def sets(self) -> Mapping[str, tuple[str | int, ...]]:
        return {self.decided: ("decided",)} if self.decided else {}

    def handed_on(self) -> Mapping[str, FieldName | None]:
        """Key of the step -> the field that keeps what the desk hands on under it."""
        return {}

    def _composed(self, scope: Scope) -> Composed:
        assert scope.desk, f"nobody composes at {scope.flow.flow}/{scope.key}"
        return scope.desk.compose(self, scope)

    def _offered(self, scope: Scope) -> Sequence[tuple[str, tuple[str, ...]]]:
        """Ids and wordings of what can be chosen here."""
        return self._answers(scope) if _picks(scope) else self._composed(scope).options

    def _answers(self, scope: Scope) -> Sequence[tuple[str, tuple[str, ...]]]:
        """The answers that can be changed."""
        review = scope.flow.step(self.fix)
        return review.correctable(scope) if isinstance(review, Review) else ()

    def _decide(self, decision: str, label: str, scope: Scope, *, in_place: bool) -> Reply:
        shown = escape(label)
        if _picks(scope):
            return Answered(shown, Outcome(then=Replay(decision)))
        if decision == FIX and not self._answers(scope):
            return Answered(shown, Outcome(then=Jump(self.fix)))
        if decision == FIX:
            wait = scope.wait or Wait(scope.serial, scope.key, scope.now)
            return Again(replace(wait, stage=PICK), in_place)
        if decision == DROP:
            return Answered(shown, Outcome(then=Discard()))
        assert scope.desk
        deed = scope.desk.decide(self, decision, scope)
        if deed.stays:
            return Again(scope.wait or Wait(scope.serial, scope.key, scope.now), effects=deed.effects)
        fields = self.handed_on()
        decided = decision.partition("-")[0]  # some name what they are about
        kept = [(self.decided, decided), *((fields.get(key), value) for key, value in deed.fills)]
        remembered = (self._remember(name, value, scope) for name, value in kept if name)
        return Answered(shown, Outcome(effects=(*deed.effects, *remembered), final=True))

    def _remember(self, name: str, value: Value, scope: Scope) -> Remember:
        return Remember(scope.names.ref(name), value)


def _picks(scope: Scope) -> bool:
    """Whether the answers that can be changed are on the screen."""
    return scope.wait is not None and scope.wait.stage == PICK
