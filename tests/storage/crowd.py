"""People with all sorts of answers, in a database and in memory; and the other evaluation of audiences."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random
from typing import Any

from bot.events.audience import Vocabulary
from bot.flows.condition import Condition
from bot.flows.evaluation import Datum, holds
from bot.flows.field import Choice, Declared
from bot.flows.kinds import Type
from bot.model.event import EventId
from bot.model.session import Session
from bot.model.values import FlowId, Owner, Value
from bot.storage.codec import dump_session, dump_value, to_text
from bot.storage.database import Transaction
from bot.storage.queries import shipped
from tests.storage.samples import DAY, NOW, POLICY

TODAY = NOW.astimezone(POLICY.timezone).date()


def _choices(*ids: str, values: Sequence[Any] = ()) -> tuple[Choice, ...]:
    numbers = [*values, *[None] * (len(ids) - len(values))]
    return tuple(Choice(id=id, label=id.title(), value=value) for id, value in zip(ids, numbers, strict=True))


ROLES = _choices("benevole", "bureau", "salarie", "nsp", values=(1, 2.5, -3, "none"))
LIKES = _choices("a", "b", "c", values=(None, None, "none"))

VOCABULARY = Vocabulary(
    {
        "person.role": Declared("choice", Owner.PERSON, ROLES),
        "person.before": Declared("choice", Owner.PERSON, ROLES),
        "person.age": Declared("number", Owner.PERSON),
        "person.mood": Declared("scale", Owner.PERSON),
        "person.keen": Declared("yes_no", Owner.PERSON),
        "person.joined": Declared("date", Owner.PERSON),
        "person.likes": Declared("choices", Owner.PERSON, LIKES),
        "person.says": Declared("text", Owner.PERSON),
        "person.level": Declared("computed", Owner.PERSON),
        "association.domain": Declared("choice", Owner.ASSOCIATION, _choices("sport", "culture")),
        "association.budget": Declared("number", Owner.ASSOCIATION),
        "association.founded": Declared("date", Owner.ASSOCIATION),
        "association.area": Declared("department", Owner.ASSOCIATION),
    },
    {FlowId("tour"): "Le tour", FlowId("profil"): "Faire connaissance"},
    {"person.level": Type("one", ("debutant", "dirigeant"), None, "person.level")},
    {EventId("cafe"): "Le café", EventId("fete"): "La fête"},
)

QUERIES = {
    **shipped(),
    "crowd_event": """INSERT INTO event (id, revision, state, title, starts, ends, zone, place, link,
        description, organiser, changed) VALUES (:id, 1, 'announced', :id, :now, :now, 'Europe/Paris', '', '',
        '', '', :now)""",
    "crowd_comes": """INSERT INTO registration (event, person, place, at)
        VALUES (:event, :person, :place, :now)""",
}

NUMBERS: tuple[Value, ...] = (0, 1, 2, 3, -1, 0.1, 0.2, 0.3, 2.5, 1.005, 7, 1e15, 2e15, -1e15, 10**15 + 1)
DAYS: tuple[Value, ...] = ("2027-01-14", "2026-12-31", "2028-02-29", "0001-01-01", "0000-01-01", "2027-02-30")
STRANGE: tuple[Value, ...] = ("zut", 4, 1.5, True, False, ("a",), (), "", "2027-1-4", "now")
"""Values that a field of another type may have left behind."""

MEANT: dict[str, tuple[Value, ...]] = {
    "person.role": ("benevole", "bureau", "salarie", "nsp", "parti"),
    "person.before": ("benevole", "bureau", "nsp"),
    "person.age": NUMBERS,
    "person.mood": (1, 2, 3),
    "person.keen": (True, False),
    "person.joined": DAYS,
    "person.likes": (("a",), ("b", "a"), ("c",), ("c", "b"), (), ("x",)),
    "person.says": ("bonjour", "Éric dit « oui »", "a'b\"c", "%", ""),
    "person.level": ("debutant", "dirigeant"),
    "association.domain": ("sport", "culture"),
    "association.budget": NUMBERS,
    "association.founded": DAYS,
    "association.area": ("69", "2A", "974"),
}
"""Field -> answers that may be there today."""


@dataclass(slots=True)
class Facts:
    """What is known of one person; answers of the association are those of all its members."""

    id: int
    name: str
    language: str
    standing: str
    association: int | None
    seen: datetime
    members: int = 1
    answers: dict[str, Value] = field(default_factory=dict)
    """By whole name, those that are not over."""
    over: dict[str, Value] = field(default_factory=dict)
    """Answers that should have been erased by now."""
    done: frozenset[str] = frozenset()
    open: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()
    places: dict[str, str] = field(default_factory=dict)
    """Event -> place."""


def crowd(size: int, seed: int = 5) -> list[Facts]:
    """People with everything that can be, and without."""
    rng = Random(seed)
    shared: dict[int, tuple[dict[str, Value], dict[str, Value]]] = {
        number: _answers("association.", rng) for number in range(1, size // 3 + 2)
    }
    people = [_person(number, rng, shared) for number in range(1, size + 1)]
    for person in people:
        if person.association is not None:
            person.members = sum(other.association == person.association for other in people)
    return people


def _person(number: int, rng: Random, shared: dict[int, tuple[dict[str, Value], dict[str, Value]]]) -> Facts:
    answers, over = _answers("person.", rng)
    association = rng.choice([None, *shared])
    theirs = shared[association] if association is not None else ({}, {})
    done = frozenset(flow for flow in ("tour", "profil") if rng.random() < 0.4)
    return Facts(
        number,
        rng.choice(["", "Awa", "Bo", "Éric"]),
        rng.choice(["fr", "ar"]),
        rng.choice(["member", "member", "organiser", "staff"]),
        association,
        NOW - rng.choice([0, 0.01, 1, 6.9, 7, 7.1, 40, 400]) * DAY,
        answers={**answers, **theirs[0]},
        over={**over, **theirs[1]},
        done=done,
        open=frozenset(flow for flow in ("tour", "profil") if rng.random() < 0.3),
        left=frozenset(flow for flow in ("tour", "profil") if rng.random() < 0.3),
        places={
            event: rng.choice(["seated", "waiting", "maybe", "declined"])
            for event in ("cafe", "fete")
            if rng.random() < 0.6
        },
    )


def _answers(prefix: str, rng: Random) -> tuple[dict[str, Value], dict[str, Value]]:
    there: dict[str, Value] = {}
    over: dict[str, Value] = {}
    for name in VOCABULARY.fields:
        if not name.startswith(prefix):
            continue
        draw = rng.random()
        if draw < 0.65:
            there[name] = rng.choice(MEANT[name])
        elif draw < 0.75:
            there[name] = rng.choice(STRANGE)
        elif draw < 0.82:
            over[name] = rng.choice(MEANT[name])
    return there, over


async def settle(tx: Transaction, people: Sequence[Facts]) -> None:
    """Put them into an empty database."""
    associations = sorted({person.association for person in people if person.association is not None})
    for number in associations:
        made = await tx.one("association_add", now=to_text(NOW))
        assert made is not None and made["id"] <= number
        while made["id"] < number:
            made = await tx.one("association_add", now=to_text(NOW))
            assert made is not None
    for event in ("cafe", "fete"):
        await tx.run("crowd_event", id=event, now=to_text(NOW))
    for person in people:
        await _settle(tx, person)


async def _settle(tx: Transaction, person: Facts) -> None:
    now = to_text(NOW)
    made = await tx.one(
        "person_add", name=person.name, kind="person", language=person.language, now=to_text(person.seen)
    )
    assert made is not None and made["id"] == person.id
    await tx.run("address_add", channel="telegram", address=str(4000 + person.id), person=person.id)
    await tx.run("session_add", person=person.id, body=dump_session(Session()))
    await tx.run("person_standing", person=person.id, standing=person.standing)
    if person.association is not None:
        await tx.run("person_join", person=person.id, association=person.association)
    for answers, until in ((person.over, NOW), (person.answers, NOW + DAY)):
        for name, value in answers.items():
            owner, _, rest = name.partition(".")
            await tx.run(
                "answer_put",
                owner=owner,
                owner_id=person.id if owner == "person" else person.association,
                flow="",
                run="",
                name=rest,
                value=dump_value(value),
                personal=False,
                given_by=person.id,
                now=now,
                erase_after=to_text(until),
            )
    for flow in person.left:
        await tx.run("journey_finished", person=person.id, flow=flow, outcome="cancelled", now=now)
    for flow in person.done:
        await tx.run("journey_finished", person=person.id, flow=flow, outcome="done", now=now)
    for flow in person.open:
        await tx.run("journey_begin", person=person.id, flow=flow, now=now)
    for event, place in person.places.items():
        await tx.run("crowd_comes", event=event, person=person.id, place=place, now=now)


@dataclass(frozen=True, slots=True)
class Reading:
    """`evaluation.Reader` over the facts of one person: independent of any SQL."""

    facts: Facts

    def read(self, path: str) -> Datum:
        name = VOCABULARY.whole(path)
        match name:
            case "today":
                return TODAY.isoformat()
            case "standing":
                return self.facts.standing
            case "person.name":
                return self.facts.name or None
            case "person.language":
                return self.facts.language
            case "association.members":
                return self.facts.members
        value = self.facts.answers.get(name)
        declared = VOCABULARY.fields[name]
        if value is None or not _of_its_type(value, VOCABULARY.type_of(name).kind):
            return None
        if isinstance(value, tuple):
            return tuple(one for one in value if not declared.counts_nowhere(one)) or (None if value else ())
        return None if isinstance(value, str) and declared.counts_nowhere(value) else value

    def weight(self, path: str) -> float | int | None:
        value = self.read(path)
        if isinstance(value, str):
            return VOCABULARY.fields[VOCABULARY.whole(path)].weights().get(value)
        return value if isinstance(value, int | float) else None

    def days_since(self, day: str) -> int | None:
        return (TODAY - date.fromisoformat(day)).days

    def ran(self, flow: str, finished: bool) -> bool:
        return flow in self.facts.done or (not finished and flow in self.facts.open)

    def fits(self, function: str, of: str | int | float | bool) -> bool | None:
        match function:
            case "under_way":
                return of in self.facts.open
            case "registered":
                return self.facts.places.get(str(of)) in ("seated", "waiting")
            case "seen_within":
                assert isinstance(of, int)
                return self.facts.seen >= NOW - of * DAY
        raise AssertionError(function)


def _of_its_type(value: Value, kind: str) -> bool:
    match kind:
        case "truth":
            return isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= 1e15
        case "many":
            return isinstance(value, tuple)
        case "date":
            return isinstance(value, str) and len(value) == 10 and value[4] == "-" and _is_day(value)
    return isinstance(value, str)


def _is_day(written: str) -> bool:
    try:
        date.fromisoformat(written)
    except ValueError:
        return False
    return True


def chosen(condition: Condition, people: Sequence[Facts]) -> list[int]:
    """Ids of those whom the condition fits, without a database."""
    return [person.id for person in people if holds(condition, Reading(person))]
