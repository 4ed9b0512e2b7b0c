"""`ask`: waits for a typed answer.

One model for all field types; how each is read stands in `flows/typed.py`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field as Constraint
from pydantic import StringConstraints, model_validator

from bot.flows.authored import Authored
from bot.flows.bounding import bounds_of, limit_shown
from bot.flows.duration import Duration
from bot.flows.field import NOW, Choice, Declared, Field, owner_of
from bot.flows.french import shorten
from bot.flows.listing import EVENTS, JOURNEYS, PEOPLE, listed, people
from bot.flows.posts import MAX_POST, Post, post_of, write_post
from bot.flows.proposals import PROPOSED, picked, proposals
from bot.flows.step import (
    Again,
    Answered,
    Halt,
    Link,
    Outcome,
    PromptInput,
    Refused,
    Reply,
    Scope,
    Step,
    answer_act,
    control_act,
)
from bot.flows.template import Template
from bot.flows.typed import MAX_TEXT, READERS, Bad, asks, clean
from bot.knowledge.choice import Chosen, ChosenMany, Unsure, match_choice, match_choices, same_words
from bot.markup.escape import escape
from bot.model.effects import Remember
from bot.model.inputs import Attachment, Contact, Location, Tap, Unusable, Utterance
from bot.model.message import Markdown, Message, Option, Poll
from bot.model.session import Wait
from bot.model.turn import Need, Wanted
from bot.model.values import Owner, StoredFile, Value

DONE = "=done"
"""What the button "Valider" of a multiple choice sends; no choice id can look so."""
YES, NO = "yes", "no"
ALWAYS_PERSONAL = ("email", "phone", "person")
"""Field types that are personal whatever the author says."""

LABEL = 40
"""Longest label of a proposal's button, in characters."""

ListName = Annotated[
    str, StringConstraints(pattern=r"^(flows|events|(person|association)\.[a-z][a-z0-9_]*)$", max_length=40)
]
"""Where the answers of a choice can come from, see `flows/listing.py`."""

REQUESTS: Mapping[str, Literal["phone", "location"]] = {"phone": "phone", "location": "location"}
"""Field type -> what the channel's own button shares."""

REFUSALS: Mapping[str, str] = {
    "text": "refused_text_short",
    "number": "refused_number",
    "scale": "refused_choice",
    "choice": "refused_choice",
    "choices": "refused_choice",
    "yes_no": "refused_choice",
    "date": "refused_date",
    "time": "refused_time",
    "datetime": "refused_datetime",
    "email": "refused_email",
    "phone": "refused_phone",
    "department": "refused_department",
    "person": "refused_choice",
    "file": "refused_file",
    "location": "refused_location",
    "link": "refused_link",
    "post": "refused_post",
    "condition": "refused_post",
}
"""Field type -> the phrase for an input that was neither an answer nor a question."""


class Reminder(Authored):
    """When and how often the assistant comes back to an unanswered prompt."""

    after: Duration
    times: int = Constraint(default=1, ge=1, le=5)
    say: Template
    at: str = Constraint(default="18:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    """Local time at which it leaves."""


class Ask(Step):
    """A question."""

    ask: Template
    field: Field
    choices: tuple[Choice, ...] = ()
    """The answers of a choice or of choices."""
    choices_from: ListName | None = None
    """Instead of choices of its own: those of a living list, or of a profile field."""
    propose: tuple[Template, ...] = ()
    """Answers to a question of words, each on a button; one whose names are not known is left out."""
    labels: tuple[str, ...] = ()
    """Words for the degrees of a scale, least first."""
    skip: Literal["allowed"] | None = None
    help: Template | None = None
    """What "aide" says here."""
    refused: Template | None = None
    """What an answer that cannot be accepted is told, instead of the standing phrase."""
    default: str | int | float | bool | None = None
    """What the field becomes when the prompt is skipped."""
    remind: Reminder | None = None

    @model_validator(mode="after")
    def _choices_fit(self) -> "Ask":
        wants = self.field.type in ("choice", "choices")
        if wants and bool(self.choices) == bool(self.choices_from):
            raise ValueError(f"a field of type {self.field.type} needs 'choices', or 'choices_from'")
        if self.choices and not wants:
            raise ValueError(f"'choices' go with the types choice and choices, not with {self.field.type}")
        ids = [choice.id for choice in self.choices]
        if len(set(ids)) < len(ids):
            raise ValueError("two choices have one id")
        if self.propose and self.field.type not in (*READERS, "post"):
            raise ValueError(f"'propose' goes with an answer that is typed, not with {self.field.type}")
        if self.default is not None and not self.skip:
            raise ValueError("'default' needs 'skip: allowed'")
        if self.field.type == "scale" and not self._degrees():
            raise ValueError(
                "a scale needs 'min' and 'max', at most 11 degrees apart, and one label a degree if any"
            )
        return self

    def _degrees(self) -> tuple[int, ...]:
        if not isinstance(self.field.min, int) or not isinstance(self.field.max, int):
            return ()
        degrees = tuple(range(self.field.min, self.field.max + 1))
        return degrees if len(degrees) <= 11 and len(self.labels) in (0, len(degrees)) else ()

    @property
    def takes_any_words(self) -> bool:
        """Whether whatever is typed reads as an answer."""
        return self.field.type in ("text", "location")

    @property
    def words(self) -> str:
        """All that the prompt says as authored: question, help, answers."""
        labels = (*(choice.label for choice in self.choices), *self.labels)
        return "\n".join([self.ask.source, self.help.source if self.help else "", *labels])

    @property
    def personal(self) -> bool:
        """Whether the answer tells of a person: as authored, or by its type."""
        return self.field.personal or self.field.type in ALWAYS_PERSONAL

    def declare(self, scope: Owner) -> Declared:
        """The field as other parts of the flow see it."""
        field = self.field
        return Declared(
            field.type,
            owner_of(field.name, field.scope or scope),
            self.choices,
            field.keep,
            self.personal,
            self.ask,
            people=field.type == "person" or self.choices_from == PEOPLE,
            listed="" if self.choices_from in (None, PEOPLE) else self.choices_from or "",
            degrees=dict(zip(self._degrees(), self.labels, strict=False)) if field.type == "scale" else {},
        )

    def enter(self, scope: Scope) -> Outcome:
        """Waits."""
        return Outcome(then=Halt())

    def options(self, scope: Scope) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Ids of the answers with a button, each with the wordings that mean it, the label first."""
        phrases = scope.shelf.phrases
        match self.field.type:
            case "yes_no":
                return (
                    (YES, (phrases.label("button_yes"), *phrases.words["yes"])),
                    (NO, (phrases.label("button_no"), *phrases.words["no"])),
                )
            case "scale":
                return tuple(
                    (str(degree), (self.labels[place] if self.labels else str(degree), str(degree)))
                    for place, degree in enumerate(self._degrees())
                )
            case "person":
                return tuple(people(scope.shelf, scope.view))
            case "choice" | "choices":
                if self.choices_from:
                    return tuple(listed(self.choices_from, scope.shelf, scope.view))
                return tuple((choice.id, (choice.label, *choice.also)) for choice in self.choices)
        return proposals(self.propose, scope.names)

    def _labels(self, scope: Scope) -> Iterable[tuple[str, str]]:
        """Id and label of each button; one that no author wrote for a button is cut to fit it."""
        most = LABEL if self.choices_from or self.propose else MAX_TEXT
        return ((id, shorten(words[0], most)) for id, words in self.options(scope))

    @property
    def asks_for_more(self) -> bool:
        """Whether it may lack something: where one of the coming events is chosen."""
        return self.choices_from == EVENTS

    def lacks(self, scope: Scope) -> frozenset[Wanted]:
        """The coming events, where one is chosen."""
        missing = self.choices_from == EVENTS and Need.EVENTS not in scope.view.known
        return frozenset({Need.EVENTS}) if missing else frozenset()

    def prompt(self, scope: Scope) -> Message:
        """The question with its buttons; ticked choices carry a tick."""
        phrases = scope.shelf.phrases
        ticked = scope.wait.selected if scope.wait else ()
        options = tuple(
            Option(
                id,
                phrases.label("ticked", label=label) if id in ticked else label,
                answer_act(scope.serial, id),
            )
            for id, label in self._labels(scope)
        )
        text = scope.text(self.ask)
        controls: tuple[Option, ...] = ()
        if self.field.type == "choices":
            text = Markdown(f"{text}\n\n{phrases.say('choose_several')}")
            controls = (Option("done", phrases.label("button_done"), control_act(scope.serial, "done")),)
        return Message(text, options, controls, request=REQUESTS.get(self.field.type))

    def accept(self, input: PromptInput, scope: Scope) -> Reply | None:
        """Reads a tap, words, or something handed in."""
        match input:
            case Tap(act=choice):
                return self._tapped(choice, scope)
            case Utterance(text=text) if id := picked(
                text, self.field.type, proposals(self.propose, scope.names)
            ):
                return self._tapped(id, scope)
            case Utterance() | Attachment() | Unusable() if self.field.type == "post":
                return self._posted(input, scope)
            case Attachment(content=content):
                return self._handed_in(content, scope)
            case Utterance(text=text):
                return self._typed(text, scope)
        return None

    def refusal(self, scope: Scope) -> Markdown:
        """What an input is told that was neither an answer nor a question."""
        return self._refusal(REFUSALS[self.field.type], scope, min=self.field.min or 1)

    def _refusal(self, phrase: str, scope: Scope, **values: str | int | float) -> Markdown:
        return scope.text(self.refused) if self.refused else scope.shelf.phrases.say(phrase, **values)

    def links(self) -> Iterable[Link]:
        if self.choices_from and self.choices_from not in (PEOPLE, EVENTS, JOURNEYS):
            yield Link("field", self.choices_from, ("choices_from",))
        for key in ("after", "before"):
            name = getattr(self.field, key)
            if name and name != NOW:
                yield Link("field", name, ("field", key))

    def sets(self) -> Mapping[str, tuple[str | int, ...]]:
        return {self.field.name: ("field", "name")}

    def texts(self) -> Iterable[tuple[tuple[str | int, ...], Template]]:
        yield ("ask",), self.ask
        if self.help:
            yield ("help",), self.help
        if self.refused:
            yield ("refused",), self.refused
        for number, proposed in enumerate(self.propose):
            yield ("propose", number), proposed
        if self.remind:
            yield ("remind", "say"), self.remind.say

    def _tapped(self, choice: str, scope: Scope) -> Reply | None:
        options = dict(self.options(scope))
        if self.field.type == "choices":
            return self._tick(choice, list(options), scope)
        if choice not in options:
            return None
        if not choice.startswith(PROPOSED):
            return self._chosen(choice, scope)
        proposed = options[choice][0]
        if self.field.type == "post":
            return self._answered(write_post(Post(proposed)), scope)
        return self._read(proposed, scope)

    def _posted(self, input: Utterance | Attachment | Unusable, scope: Scope) -> Reply | None:
        post = post_of(input)
        if post is None:
            return None
        if len(post.text) > MAX_POST:
            return Refused(self._refusal("refused_text_long", scope, max=MAX_POST))
        return self._answered(write_post(post), scope)

    def _typed(self, text: str, scope: Scope) -> Reply | None:
        if self.field.type == "condition":
            why = scope.desk.refuses(text.strip(), scope) if scope.desk else ""
            return (
                Refused(self._refusal("refused_condition", scope, why=why))
                if why
                else self._answered(text.strip(), scope)
            )
        if self.field.type in READERS:
            return self._read(clean(text), scope)
        options = self.options(scope)
        if self.field.type == "choices":
            return self._several(text, options, scope)
        match match_choice(text, options):
            case Chosen(id=id):
                return self._chosen(id, scope)
            case Unsure(ids=ids):
                return Refused(_which(ids, options, scope))
        return None

    def _read(self, text: str, scope: Scope) -> Reply | None:
        if asks(text) and not self.takes_any_words:
            return None
        match READERS[self.field.type](text, bounds_of(self.field, scope)):
            case None:
                return None
            case Bad(phrase="refused_early" | "refused_late" as phrase):
                return Refused(self._beyond(phrase, scope))
            case Bad(phrase=phrase, values=values):
                return Refused(self._refusal(phrase, scope, **values))
            case value:
                return self._answered(value, scope)

    def _beyond(self, phrase: str, scope: Scope) -> Markdown:
        limit = self.field.after if phrase == "refused_early" else self.field.before
        if limit == NOW and phrase == "refused_early":
            return self._refusal("refused_past", scope)
        return self._refusal(phrase, scope, limit=limit_shown(limit, scope))

    def _several(
        self, text: str, options: tuple[tuple[str, tuple[str, ...]], ...], scope: Scope
    ) -> Reply | None:
        if same_words(text, scope.shelf.phrases.words["done"]):
            return self._tick(DONE, [id for id, _ in options], scope)
        match match_choices(text, options):
            case ChosenMany(ids=ids):
                return self._counted(ids, scope)
            case Unsure(ids=ids):
                return Refused(_which(ids, options, scope))
        return None

    def _tick(self, choice: str, known: list[str], scope: Scope) -> Reply | None:
        wait = scope.wait or Wait(scope.serial, scope.key, scope.now)
        if choice == DONE:
            return self._counted(tuple(id for id in wait.selected if id in known), scope)
        if choice not in known:
            return None
        ticked = set(wait.selected) ^ {choice}
        return Again(replace(wait, selected=tuple(id for id in known if id in ticked)), in_place=True)

    def _counted(self, chosen: tuple[str, ...], scope: Scope) -> Reply:
        there = len(self.options(scope))
        least = min(self.field.min if self.field.min is not None else 1, there)
        most = min(self.field.max or there, there)
        if least <= len(chosen) <= most:
            return self._answered(chosen, scope)
        return Refused(self._refusal("refused_choices_count", scope, min=least, max=most))

    def _chosen(self, id: str, scope: Scope) -> Answered:
        match self.field.type:
            case "yes_no":
                return self._answered(id == YES, scope)
            case "scale":
                return self._answered(int(id), scope)
        return self._answered(id, scope)

    def _handed_in(self, content: StoredFile | Contact | Location | Poll, scope: Scope) -> Reply | None:
        match (self.field.type, content):
            case ("file", StoredFile(sha256=sha256)):
                return self._answered(sha256, scope, shown=content.name)
            case ("phone", Contact(phone=phone)):
                return self._typed(phone if phone.startswith(("+", "0")) else f"+{phone}", scope)
            case ("location", Location(latitude=latitude, longitude=longitude)):
                return self._answered(f"{latitude},{longitude}", scope)
        return None

    def _answered(self, value: Value, scope: Scope, *, shown: str = "") -> Answered:
        ref = scope.names.ref(self.field.name)
        erase_after = self.field.keep.after(scope.now) if self.field.keep else None
        effect = Remember(ref, value, erase_after, self.personal)
        names = replace(scope.names, answers={**scope.names.answers, ref: value})
        return Answered(escape(shown or names.text(self.field.name)), Outcome(effects=(effect,)))


def _which(ids: tuple[str, ...], options: tuple[tuple[str, tuple[str, ...]], ...], scope: Scope) -> Markdown:
    labels = [escape(words[0]) for id, words in options if id in ids]
    return Markdown(
        "\n\n".join([scope.shelf.phrases.say("unsure_choice"), "\n".join(f"- {label}" for label in labels)])
    )
