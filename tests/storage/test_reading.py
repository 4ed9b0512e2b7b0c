"""What is asked at the same time is asked together, and everybody gets their own answer."""

import asyncio
from collections.abc import Sequence

import pytest

from bot.model.who import Address
from bot.storage.reading import Together
from bot.storage.store import Store
from tests.storage.samples import NOW


class Source:
    """Answers with the double, when it is let."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.gate = asyncio.Event()

    async def ask(self, keys: Sequence[int]) -> Sequence[int]:
        self.asked.append(list(keys))
        await self.gate.wait()
        if 13 in keys:
            raise LookupError("13")
        return [2 * key for key in keys]


async def asking(together: Together[int, int], *keys: int) -> list[asyncio.Task[int]]:
    tasks = [asyncio.create_task(together.of(key)) for key in keys]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return tasks


async def test_while_one_question_is_under_way_the_next_gather_and_so_many_are_asked_at_once() -> None:
    source = Source()
    together = Together(source.ask, most=3)
    tasks = [*await asking(together, 1), *await asking(together, 2, 3, 4, 5)]
    assert source.asked == [[1]]
    source.gate.set()
    assert await asyncio.gather(*tasks) == [2, 4, 6, 8, 10]
    assert source.asked == [[1], [2, 3, 4], [5]]
    assert await together.of(6) == 12


async def test_a_failure_is_told_to_those_who_asked_together_and_to_nobody_else() -> None:
    source = Source()
    together = Together(source.ask, most=2)
    tasks = await asking(together, 1, 2, 13, 4, 5)
    source.gate.set()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert [one if isinstance(one, int) else type(one) for one in found] == [
        2,
        4,
        LookupError,
        LookupError,
        10,
    ]


async def test_who_stops_waiting_takes_no_answer_from_the_others() -> None:
    source = Source()
    together = Together(source.ask, most=8)
    first, second, third = await asking(together, 1, 2, 3)
    first.cancel()
    third.cancel()
    await asyncio.gather(first, third, return_exceptions=True)
    source.gate.set()
    assert await second == 4
    assert await together.of(5) == 10


async def test_people_who_are_read_together_are_each_themselves(store: Store) -> None:
    people = [Address("telegram", str(number)) for number in range(150)]
    met = await asyncio.gather(*(store.load(at, now=NOW, name=f"Nom {at.id}") for at in people))
    again = await asyncio.gather(*(store.load(at, now=NOW) for at in reversed(people)))
    assert [one.view.person.name for one in met] == [f"Nom {at.id}" for at in people]
    assert [one.view.person for one in reversed(again)] == [one.view.person for one in met]
    assert [one.address for one in reversed(again)] == people
    assert len({one.view.person.id for one in met}) == len(people)


@pytest.mark.parametrize("strange", ['a"b', "a\\b", "é\u2028", "' OR 1=1 --", "[]"])
async def test_an_address_is_found_by_exactly_its_text(store: Store, strange: str) -> None:
    at, other = Address("web", strange), Address("web", f"{strange} ")
    first, second = await asyncio.gather(store.load(at, now=NOW), store.load(other, now=NOW))
    assert first.view.person.id != second.view.person.id
    assert (await store.load(at, now=NOW)).view.person.id == first.view.person.id
