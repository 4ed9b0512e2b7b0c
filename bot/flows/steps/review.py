"""`review`: shows the answers given, lets one change any, then replays what depends on it."""

from collections.abc import Iterable
from dataclasses import replace

from pydantic import Field as Constraint

from bot.flows.authored import FieldName
from bot.flows.french import shorten
from bot.flows.listing import EVENTS
from bot.flows.names import Names
from bot.flows.step import (
    Again,
    Answered,
    Discard,
    Halt,
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
from bot.flows.template import Rich, Template, fill
from bot.knowledge.choice import Chosen, Unsure, match_choice
from bot.markup.escape import escape
from bot.markup.plain import plain
from bot.model.inputs import Tap, Utterance
from bot.model.message import Markdown, Message, Option
from bot.model.session import Wait
from bot.model.turn import Need, Wanted

OK, FIX, ERASE, BACK = "oui", "corriger", "effacer", "non"
FIRST, PICK, CONFIRM = "", "pick", "erase"
MAX_LABEL = 30
"""Characters that a phone shows on a button."""


class Review(Step):
    """ "Voici ce que j'ai compris. Est-ce juste ?" """

    review: tuple[FieldName, ...] = Constraint(min_length=1)
    say: Template | None = None
    """Said above the answers, instead of the standing phrase."""

    def enter(self, scope: Scope) -> Outcome:
        """Waits."""
        return Outcome(then=Halt())

    def prompt(self, scope: Scope) -> Message:
        """The screen that is due: the answers, the field to correct, or the confirmation."""
        phrases = scope.shelf.phrases
        options = tuple(
            Option(id, words[0], answer_act(scope.serial, id)) for id, words in self._options(scope)
        )
        match _stage(scope):
            case "pick":
                return Message(phrases.say("review_pick"), options)
            case "erase":
                return Message(phrases.say("review_confirm_erase"), options)
        lines = [
            phrases.say(
                "review_line",
                question=Rich(Markdown(question(name, scope.names))),
                answer=scope.names.text(name),
            )
            for name in self._given(scope)
        ]
        head = scope.text(self.say) if self.say else phrases.say("review")
        return Message(Markdown("\n\n".join([head, "\n".join(lines)])), options)

    def accept(self, input: PromptInput, scope: Scope) -> Reply | None:
        """Yes, correct, or erase; then which field."""
        options = self._options(scope)
        match input:
            case Tap(act=chosen) if chosen in dict(options):
                return self._picked(chosen, scope, in_place=True)
            case Utterance(text=text):
                match match_choice(text, options):
                    case Chosen(id=chosen):
                        return self._picked(chosen, scope, in_place=False)
                    case Unsure():
                        return Refused(self.refusal(scope))
        return None

    @property
    def asks_for_more(self) -> bool:
        """Whether it may lack something: the titles of events."""
        return True

    def lacks(self, scope: Scope) -> frozenset[Wanted]:
        """The coming events, where one was chosen."""
        declared = (scope.names.declared(name) for name in self._given(scope))
        chosen = any(one is not None and one.listed == EVENTS for one in declared)
        return frozenset({Need.EVENTS}) if chosen and Need.EVENTS not in scope.view.known else frozenset()

    def refusal(self, scope: Scope) -> Markdown:
        """What an input is told that was neither an answer nor a question."""
        return scope.shelf.phrases.say("refused_choice")

    def links(self) -> Iterable[Link]:
        for number, name in enumerate(self.review):
            yield Link("field", name, ("review", number))

    def texts(self) -> Iterable[tuple[tuple[str | int, ...], Template]]:
        return ((("say",), self.say),) if self.say else ()

    def _given(self, scope: Scope) -> list[str]:
        return [name for name in self.review if scope.names.stored(name) is not None or skipped(name, scope)]

    def correctable(self, scope: Scope) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The answers that can be changed: field, and the wordings that mean it."""
        return tuple((name, (_label(name, scope.names),)) for name in self._correctable(scope))

    def _correctable(self, scope: Scope) -> list[str]:
        return [name for name in self._given(scope) if scope.flow.asking(name)]

    def _options(self, scope: Scope) -> tuple[tuple[str, tuple[str, ...]], ...]:
        phrases = scope.shelf.phrases
        match _stage(scope):
            case "pick":
                return self.correctable(scope)
            case "erase":
                return (
                    (ERASE, (phrases.label("button_yes"), *phrases.words["yes"])),
                    (BACK, (phrases.label("button_no"), *phrases.words["no"])),
                )
        fix = (FIX, (phrases.label("review_fix"), *phrases.words["no"]))
        return (
            (OK, (phrases.label("review_ok"), *phrases.words["yes"])),
            *((fix,) if self._correctable(scope) else ()),
            (ERASE, (phrases.label("review_erase"),)),
        )

    def _picked(self, chosen: str, scope: Scope, *, in_place: bool) -> Reply:
        wait = scope.wait or Wait(scope.serial, scope.key, scope.now)
        shown = escape(dict(self._options(scope))[chosen][0])
        stage = _stage(scope)
        if stage == PICK:
            return Answered(shown, Outcome(then=Replay(chosen)))
        match (stage, chosen):
            case ("erase", "effacer"):
                return Answered(shown, Outcome(then=Discard()))
            case ("", "corriger"):
                return Again(replace(wait, stage=PICK), in_place)
            case ("", "effacer"):
                return Again(replace(wait, stage=CONFIRM), in_place)
            case ("erase", _):
                return Again(replace(wait, stage=FIRST), in_place)
        return Answered(shown)


def _stage(scope: Scope) -> str:
    stage = scope.wait.stage if scope.wait else FIRST
    return stage if stage in (PICK, CONFIRM) else FIRST


def skipped(name: str, scope: Scope) -> bool:
    """Whether the prompt of a field was passed with "Passer" in this run."""
    return any(f"{scope.flow.flow}/{key}" in scope.run.skipped for key in scope.flow.asking(name))


def question(name: str, names: Names) -> str:
    """The question behind a field, as light Markdown on one line: its first paragraph, for the others only
    say how to answer.
    """
    declared = names.declared(name)
    if declared is None or declared.label is None:
        return name
    return " ".join(fill(declared.label, names.show).partition("\n\n")[0].split())


def _label(name: str, names: Names) -> str:
    return shorten(plain(Markdown(question(name, names))).strip(), MAX_LABEL) or name
