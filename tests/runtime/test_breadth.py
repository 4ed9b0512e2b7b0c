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


def test_slow_answers_among_others_change_nothing_and_all_of_them_do_in_both_directions() -> None:
    breadth = Breadth()
    for number in range(100):
        breadth.took(0.9 if number % 3 else 0.05)
    assert breadth.most(970.0) == 72
    for _ in range(50):
        breadth.took(0.12)
    assert breadth.most(970.0) == 174
    for _ in range(50):
        breadth.took(0.01)
    assert breadth.most(970.0) == LEAST
