"""Flows that turn round without asking: what the checks refuse, the runtime survives."""

import pytest

from bot.flows.advance import DEPTH, STEP_BUDGET
from bot.model.effects import Begin, Finish, Problem
from bot.model.inputs import Opening
from tests.dialogue.chat import Chat
from tests.flows.library import ask


@pytest.mark.parametrize("flow", ["roue", "puits", "miroir"])
def test_a_flow_that_never_asks_is_left_with_an_apology_and_a_problem(flow: str) -> None:
    chat = Chat()
    chat.give(Opening(flow))
    assert "[runaway] Claire" in chat.text
    assert [effect.code for effect in chat.effects if isinstance(effect, Problem)] == ["runaway"]
    assert chat.session.runs == ()
    begun = [effect for effect in chat.effects if isinstance(effect, Begin)]
    assert len(begun) == len([effect for effect in chat.effects if isinstance(effect, Finish)])


@pytest.mark.parametrize(("steps", "runs_away"), [(STEP_BUDGET, False), (STEP_BUDGET + 1, True)])
def test_a_hundred_steps_without_a_prompt_are_enough(steps: int, runs_away: bool) -> None:
    chat = Chat()
    silent = [{"set": {f"s{number}": "1"}} for number in range(steps)]
    chat.publish({"flow": "long", "title": "Long", "format": 1, "steps": [*silent, ask("fin", "text")]})
    chat.say("long")
    assert ("[runaway]" in chat.text) is runs_away
    assert chat.at == ("" if runs_away else "long/fin")


@pytest.mark.parametrize(("flows", "runs_away"), [(DEPTH, False), (DEPTH + 1, True)])
def test_flows_are_twenty_deep_at_most(flows: int, runs_away: bool) -> None:
    chat = Chat()
    stack = [
        {"flow": f"f{number}", "title": f"F{number}", "format": 1, "steps": [{"call": f"f{number + 1}"}]}
        for number in range(1, flows)
    ]
    last = {"flow": f"f{flows}", "title": "Fond", "format": 1, "steps": [ask("fin", "text")]}
    chat.publish(*stack, last)
    chat.give(Opening("f1"))
    assert ("[runaway]" in chat.text) is runs_away
    assert chat.at == ("" if runs_away else f"f{flows}/fin")
