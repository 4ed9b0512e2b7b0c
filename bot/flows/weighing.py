"""What a line of a file about people would change, against what is known of them. Pure; nothing is looked up
or written here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.flows.phrases import Phrases
from bot.flows.roster import Column, differs
from bot.model.roster import Change, Flaw, Found, Given, Line, Listed, Tally, Weighed
from bot.model.values import FieldRef, Owner, Value
from bot.model.who import AssociationId


@dataclass(slots=True)
class Seen:
    """What the lines above were about."""

    people: dict[str, int] = field(default_factory=dict)
    """Person -> the line."""
    shared: dict[tuple[AssociationId, FieldRef], tuple[int, Value]] = field(default_factory=dict)
    """Answer of an association with several members -> the line and what it says."""
    above: "Seen | None" = None

    def line_about(self, who: str) -> int | None:
        """The number of the line about that person."""
        return self.people.get(who) or (self.above.line_about(who) if self.above else None)

    def said(self, association: AssociationId, field: FieldRef) -> tuple[int, Value] | None:
        """What a line said for an association."""
        return self.shared.get((association, field)) or (
            self.above.said(association, field) if self.above else None
        )

    def take(self, below: "Seen") -> None:
        """Take over what came below."""
        self.people.update(below.people)
        self.shared.update(below.shared)


@dataclass(frozen=True, slots=True)
class Scale:
    """What every line of one file is weighed by."""

    columns: Mapping[str, Column]
    """Label -> column."""
    phrases: Phrases
    replaces: bool = False
    """Whether what people said themselves gives way."""

    @classmethod
    def of(cls, columns: Sequence[Column], phrases: Phrases, *, replaces: bool = False) -> "Scale":
        """For a file with these columns."""
        return cls({column.label: column for column in columns}, phrases, replaces)


def weigh(line: Line, found: Found, seen: Seen, scale: Scale) -> Weighed:
    """What becomes of a line. `seen` takes note of it."""
    flaws = [*line.flaws, *_key_flaws(line, found)]
    known = found.by_address or found.by_number
    flaws += [one.flaw for one in line.given if one.flaw and (known is None or _new(one, known, scale))]
    who = str(known.person) if known and known.person is not None else str(line.address)
    if (before := seen.line_about(who)) and not _key_flaws(line, found):
        flaws.append(Flaw("", "people_twice", {"line": before}))
    if known is not None and known.association is not None:
        flaws += _contradictions(line, known.association, seen)
    if flaws:
        return Weighed(line, Change.REFUSED, known, flaws=tuple(flaws))
    seen.people[who] = line.number
    if known is not None and known.association is not None:
        for one in line.given:
            if one.field.owner is Owner.ASSOCIATION and one.value is not None:
                seen.shared.setdefault((known.association, one.field), (line.number, one.value))
    return _changes(line, known, scale)


def _key_flaws(line: Line, found: Found) -> list[Flaw]:
    """Why nobody can be told to be meant."""
    by_number, by_address = found.by_number, found.by_address
    if line.person is not None and by_number is None:
        return [Flaw("", "people_unknown_number", {"value": str(line.person)})]
    # Somebody whose address is not known here has none on Telegram: it would be another person's.
    at = by_address.person if by_address is not None else None
    if by_number is not None and line.address is not None and at != by_number.person:
        return [Flaw("", "people_two_people")]
    if found.group:
        return [Flaw("", "people_group")]
    return [Flaw("", "people_erased")] if found.erased else []


def _contradictions(line: Line, association: AssociationId, seen: Seen) -> list[Flaw]:
    """Two members of one association whose lines say two things about it."""
    flaws = []
    for one in line.given:
        said = seen.said(association, one.field) if one.field.owner is Owner.ASSOCIATION else None
        if said is not None and one.value is not None and said[1] != one.value:
            flaws.append(Flaw(one.column, "people_association_twice", {"line": said[0]}))
    return flaws


def _new(given: Given, known: Listed, scale: Scale) -> bool:
    return differs(given, known, scale.columns[given.column], scale.phrases)


def _changes(line: Line, known: Listed | None, scale: Scale) -> Weighed:
    """What is to be written; what a person said themselves stays unless the file replaces it."""
    there = known or Listed(None, line.address)
    own = known is not None and known.person is not None and not scale.replaces
    puts, kept = [], 0
    for one in line.given:
        if not _new(one, there, scale):
            continue
        if own and one.field in there.answers and one.field not in there.imported:
            kept += 1
        else:
            puts.append(one)
    name = line.name if line.name not in ("", there.name) else None
    language = line.language if line.language not in ("", there.language) else None
    if own:  # their channel says both, or they chose
        kept += bool(name and there.name) + bool(language)
        name, language = (None if there.name else name), None
    # Who refused something stays with that: a file can only refuse more.
    refuses = there.refuses | line.refuses if line.refuses - there.refuses else None
    made = Weighed(line, Change.SAME, known, name, language, refuses, tuple(puts), kept)
    if not (puts or name or language or refuses):
        return made
    expected = known is None or known.person is None
    return replace(made, change=Change.EXPECTED if expected else Change.CHANGED)


@dataclass(slots=True)
class Weigher:
    """Weighs the lines of one file, chunk by chunk; a chunk whose transaction is begun anew, anew."""

    scale: Scale
    seen: Seen = field(default_factory=Seen)
    """What the chunks that are done were about."""
    fresh: Seen = field(default_factory=Seen)
    """What this one is about."""

    def begin(self) -> Callable[[Line, Found], Weighed]:
        """How the lines of the next chunk are weighed."""
        self.fresh = Seen(above=self.seen)
        return self._weigh

    def end(self) -> None:
        """The chunk is done."""
        self.seen.take(self.fresh)

    def _weigh(self, line: Line, found: Found) -> Weighed:
        return weigh(line, found, self.fresh, self.scale)


def counted(tally: Tally, weighed: Weighed) -> Tally:
    """The counts with one line more."""
    return replace(
        tally,
        **{weighed.change.value: getattr(tally, weighed.change.value) + 1},
        kept=tally.kept + weighed.kept,
        upto=weighed.line.number,
    )
