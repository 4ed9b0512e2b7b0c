"""As many copies under way as the pace needs at the time that each takes, within bounds."""

import pytest

from bot.runtime.breadth import LEAST, MOST, Breadth


@pytest.mark.parametrize(
    ("rate", "seconds", "most"),
    [
        (970.0, 0.0, LEAST),  # nothing measured yet
        (970.0, 0.005, LEAST),
        (29.1, 0.5, LEAST),
        (970.0, 0.05, 72),
        (970.0, 0.1, 145),
        (776.0, 0.1, 116),  # after a refusal the pace is slower
        (970.0, 5.0, MOST),
        (29.1, 60.0, MOST),
    ],
)
def test_it_is_half_as_much_again_as_the_pace_brings_in_the_time_of_one(
    rate: float, seconds: float, most: int
) -> None:
    breadth = Breadth()
    for _ in range(200):
        breadth.took(seconds)
    assert breadth.most(rate) == most


def test_slow_answers_among_others_change_nothing_and_quicker_ones_at_once() -> None:
    breadth = Breadth()
    for number in range(100):
        breadth.took(0.9 if number % 3 else 0.05)
    assert 72 <= breadth.most(970.0) <= 74
    for _ in range(50):
        breadth.took(0.01)
    assert breadth.most(970.0) == LEAST


def test_a_longer_way_is_believed_in_time() -> None:
    breadth = Breadth()
    for _ in range(16):
        breadth.took(0.05)
    for _ in range(160):
        breadth.took(0.12)
    assert breadth.most(970.0) < 75
    for _ in range(16_000):
        breadth.took(0.12)
    assert breadth.most(970.0) == 174


def test_a_line_that_our_own_copies_make_does_not_lead_to_more_of_them() -> None:
    """Who answers is slower than the pace: all that are under way wait for each other."""
    breadth, capacity = Breadth(), 800.0
    for _ in range(16):
        breadth.took(0.01)
    for _ in range(20_000):
        breadth.took(breadth.most(970.0) / capacity)
    assert breadth.most(970.0) < 100
