"""`review`: shows the answers given, lets one change any, then replays what depends on it."""

from collections.abc import Iterable
from dataclasses import replace

from pydantic import Field as Constraint

from bot.flows.authored import FieldName
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
from bot.flows.template import Template, fill
from bot.knowledge.choice import Chosen, Unsure, match_choice
from bot.markup.escape import escape
from bot.markup.plain import plain
from bot.model.inputs import Attachment, Tap, Utterance
from bot.model.message import Markdown, Message, Option
from bot.model.session import Wait
from bot.flows.template import Rich

OK, FIX, ERASE, BACK = "oui", "corriger", "effacer", "non"
FIRST, PICK, CONFIRM = "", "pick", "erase"


class Review(Step):
    """"Voici ce que j'ai compris. Est-ce juste ?" """

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
        match scope.wait.stage if scope.wait else FIRST:
            case "pick":
                return Message(phrases.say("review_pick"), options)
            case "erase":
                return Message(phrases.say("review_confirm_erase"), options)
        lines = [
            phrases.say("review_line", question=Rich(Markdown(question(name, scope.names))), answer=scope.names.text(name))
            for name in self._given(scope)
        ]
        head = scope.text(self.say) if self.say else phrases.say("review")
        return Message(Markdown("\n\n".join([head, "\n".join(lines)])), options)

    def accept(self, input: PromptInput, scope: Scope) -> Reply | None:
        """Yes, correct, or erase; then which field."""
        options = self._options(scope)
        chosen = ""
        match input:
            case Tap(act=act) if act in [id for id, _ in options]:
                chosen = act
            case Utterance(text=text):
                match match_choice(text, options):
                    case Chosen(id=id):
                        chosen = id
                    case Unsure():
                        return Refused(scope.shelf.phrases.say("refused_choice"))
            case _:
                return None
        return self._picked(chosen, scope) if chosen else None

    def refusal(self, scope: Scope) -> Markdown:
        """What an input is told that was neither an answer nor a question."""
        return scope.shelf.phrases.say("refused_choice")

    def links(self) -> Iterable[Link]:
        for number, name in enumerate(self.review):
            yield Link("field", name, ("review", number))

    def texts(self) -> Iterable[tuple[tuple[str | int, ...], Template]]:
        return ((("say",), self.say),) if self.say else ()

    def _given(self, scope: Scope) -> list[str]:
        return [name for name in self.review if scope.names.stored(name) is not None or asked(name, scope)]

    def _options(self, scope: Scope) -> tuple[tuple[str, tuple[str, ...]], ...]:
        phrases = scope.shelf.phrases
        back = (BACK, (phrases.label("button_no"), *phrases.words["no"]))
        match scope.wait.stage if scope.wait else FIRST:
            case "pick":
                fields = ((name, (_short(question(name, scope.names)),)) for name in self._given(scope))
                return tuple(fields)
            case "erase":
                return ((ERASE, (phrases.label("button_yes"), *phrases.words["yes"])), back)
        return (
            (OK, (phrases.label("review_ok"), *phrases.words["yes"])),
            (FIX, (phrases.label("review_fix"), *phrases.words["no"])),
            (ERASE, (phrases.label("review_erase"),)),
        )

    def _picked(self, chosen: str, scope: Scope) -> Reply:
        wait = scope.wait or Wait(scope.serial, scope.key, scope.now)
        stage = wait.stage
        label = dict(self._options(scope))[chosen][0]
        match (stage, chosen):
            case ("", "oui"):
                return Answered(escape(label))
            case ("", "corriger"):
                return Again(replace(wait, stage=PICK))
            case ("", "effacer"):
                return Again(replace(wait, stage=CONFIRM))
            case ("erase", "effacer"):
                return Answered(escape(label), Outcome(then=Discard()))
            case ("erase", _):
                return Again(replace(wait, stage=FIRST))
        return Answered(escape(label), Outcome(then=Replay(chosen)))


def asked(name: str, scope: Scope) -> bool:
    """Whether the prompt of a field was passed with "Passer" in this run."""
    return any(
        f"{scope.flow.flow}/{key}" in scope.run.skipped
        for key in scope.flow.prompts
        if name in scope.flow.step(key).sets()
    )


def question(name: str, names: Names) -> str:
    """The question behind a field, as light Markdown on one line."""
    declared = names.declared(name)
    if declared is None or declared.label is None:
        return name
    return " ".join(fill(declared.label, names.show).split())


def _short(text: str) -> str:
    words = plain(Markdown(text))
    return words if len(words) <= 30 else words[: words.rfind(" ", 0, 30)] + "…"
