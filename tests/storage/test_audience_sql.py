"""A condition means the same in Python and in SQL, whatever people said or did not."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from bot.events.audience import AudienceError, checked
from bot.model.announcement import Audience, NewsKind
from bot.storage.audience import EVERYBODY, Ground, recipients
from bot.storage.sqlite import Sqlite
from tests.storage.crowd import QUERIES, VOCABULARY, chosen, crowd, settle
from tests.storage.samples import CHANNELS, NOW, POLICY

PEOPLE = crowd(150)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def database(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sqlite]:
    opened = await Sqlite.open(tmp_path_factory.mktemp("crowd") / "data.sqlite3", queries=QUERIES)
    await opened.write(lambda tx: settle(tx, PEOPLE))
    yield opened
    await opened.close()


async def found(database: Sqlite, condition: str) -> list[int]:
    ground = Ground(CHANNELS, NOW, POLICY, lambda: VOCABULARY)
    rows = await recipients(
        database, Audience(condition), NewsKind.LIFE, ground, after=0, last=EVERYBODY, limit=1000
    )
    return [one.person for one in rows]


def some(*texts: str) -> SearchStrategy[str]:
    return st.sampled_from(texts)


def fill(pattern: str, *parts: SearchStrategy[str]) -> SearchStrategy[str]:
    return st.tuples(*parts).map(lambda words: pattern.format(*words))


def several(least: int, part: SearchStrategy[str]) -> SearchStrategy[str]:
    return st.lists(part, min_size=least, max_size=3).map(", ".join)


ORDER = some("==", "!=", "<", "<=", ">", ">=")
EQUAL = some("==", "!=")
NUMBER_FIELDS = some("age", "person.age", "mood", "budget", "association.budget", "members")
CHOICE_FIELDS = some("role", "person.role", "before")
ROLE = some("'benevole'", "'bureau'", "'salarie'", "'nsp'")
MANY = some("likes", "person.likes")
LIKED = some("'a'", "'b'", "'c'")
DATES = some("joined", "founded", "today", "default(joined, '2027-01-01')", "default(founded, today)")
DAY = some("'2027-01-14'", "'2026-12-31'", "'1999-01-01'")
ANY_FIELD = some(
    "role", "age", "keen", "joined", "likes", "says", "level", "domain", "budget", "area", "name"
)
CONSTANT = st.one_of(
    st.integers(-10, 10).map(str),
    some("0.1", "0.3", "2.5", "-0.5", "1000000000000000", "999999999999999.5"),
)
NUMBERS: SearchStrategy[str] = st.recursive(
    st.one_of(
        NUMBER_FIELDS,
        CONSTANT,
        fill("value({})", st.one_of(CHOICE_FIELDS, NUMBER_FIELDS)),
        fill("default({}, {})", NUMBER_FIELDS, CONSTANT),
        fill("days_since({})", st.one_of(DATES, DAY)),
        fill("count({})", several(1, ANY_FIELD)),
    ),
    lambda inner: st.one_of(
        fill("({} {} {})", inner, some("+", "-", "*", "/"), inner),
        fill("-({})", inner),
        fill("{}({})", some("sum", "mean", "min", "max"), several(1, inner)),
        fill("round({})", inner),
        fill("round({}, {})", inner, some("0", "1", "2")),
    ),
    max_leaves=4,
)
CONDITIONS: SearchStrategy[str] = st.recursive(
    st.one_of(
        fill("{} {} {}", NUMBERS, ORDER, NUMBERS),
        fill("{} in [{}]", NUMBER_FIELDS, several(0, CONSTANT)),
        fill("{} {} {}", CHOICE_FIELDS, EQUAL, st.one_of(ROLE, CHOICE_FIELDS)),
        fill("default({}, {}) {} {}", CHOICE_FIELDS, ROLE, EQUAL, ROLE),
        fill("{} {} [{}]", CHOICE_FIELDS, some("in", "not in"), several(0, ROLE)),
        fill("domain {} {}", EQUAL, some("'sport'", "'culture'")),
        fill("area in ['69', {}]", some("'2A'", "'75'")),
        fill("level {} 'debutant'", EQUAL),
        fill("standing in [{}]", several(0, some("'member'", "'organiser'", "'staff'"))),
        fill("{} {} {}", DATES, ORDER, st.one_of(DATES, DAY)),
        fill("contains({}, {})", MANY, LIKED),
        fill("{} {} {}", LIKED, some("in", "not in"), MANY),
        fill("contains({}, {})", some("says", "name"), some("'o'", "''", "'É'", '"\'"', "'%'")),
        fill("{} {} {}", some("says", "name", "language"), EQUAL, some("'Awa'", "'fr'", "''", "'%'")),
        fill("answered({})", ANY_FIELD),
        fill("keen {} {}", EQUAL, some("true", "false")),
        some("keen", "true", "false", "keen in [true]", "keen in []"),
        fill("{}('{}')", some("done", "started", "under_way"), some("tour", "profil")),
        fill("registered('{}')", some("cafe", "fete")),
        fill("seen_within({})", some("1", "7", "30", "3650")),
    ),
    lambda inner: st.one_of(
        fill("not ({})", inner),
        fill("({}) and ({})", inner, inner),
        fill("({}) or ({})", inner, inner),
        fill("({}) == ({})", inner, inner),
        fill("default({}, {})", inner, inner),
        fill("count({}) >= 1", several(1, inner)),
    ),
    max_leaves=5,
)


@pytest.mark.asyncio(loop_scope="module")
@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)
@given(written=CONDITIONS)
async def test_python_and_sql_choose_the_same_people(database: Sqlite, written: str) -> None:
    try:
        condition = checked(written, VOCABULARY)
    except AudienceError as error:
        assert {fault.code for fault in error.faults} == {"condition"}, error  # beyond a cap: no case
        assume(False)
        return
    assert await found(database, written) == chosen(condition, PEOPLE), written
