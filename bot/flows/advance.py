"""How a run moves: through steps until a pause, the end, or the step budget; forward, back, and in replay.

`Walk` gathers what one input brings about. It lives for one call: everything it starts from is immutable and
everything it returns is too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random

from bot.flows.condition import holds
from bot.flows.flow import Flow
from bot.flows.names import Names
from bot.flows.progress import Progress, progress_of
from bot.flows.reminders import reminder_due, timer_key
from bot.flows.shelf import Shelf
from bot.flows.step import (
    Again,
    Answered,
    Discard,
    Halt,
    Into,
    Jump,
    Leave,
    Onward,
    Outcome,
    Prompt,
    Replay,
    Scope,
    Step,
    Switch,
    Then,
    control_act,
)
from bot.flows.steps.ask import Ask
from bot.flows.steps.review import Review
from bot.flows.template import Rich
from bot.model.effects import (
    CancelTimer,
    Edit,
    Effect,
    Forget,
    Problem,
    Remember,
    Send,
    SetTimer,
)
from bot.model.message import Markdown, Message, Option
from bot.model.session import Checkpoint, Frame, Run, Wait
from bot.model.turn import View
from bot.model.values import FieldRef, FlowId, Value

STEP_BUDGET = 100
"""Steps without a prompt before a run is left as a runaway."""
DEPTH = 20
"""Flows on one stack."""
GOOD_MESSAGE = 700
"""Characters up to which texts in a row are joined into one message."""
HISTORY = 200
"""Prompts that "retour" can go back over."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run came to its end."""

    outcome: str
    """`done`, `cancelled` or `left`."""
    suggest: tuple[str, ...] = ()
    say: Markdown = Markdown("")
    switch: FlowId | None = None
    """The flow that starts instead."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a walk stands on."""

    shelf: Shelf
    view: View
    now: datetime
    rng: Random


class Walk:
    """One run under way; see the module."""

    def __init__(self, ground: Ground, run: Run, serial: int, answers: Mapping[FieldRef, Value]) -> None:
        self.ground = ground
        self.run = run
        self.serial = serial
        self.answers = dict(answers)
        self.effects: list[Effect] = []
        self.ended: Ended | None = None
        self._said: list[Message] = []

    # --- what is here ---------------------------------------------------------------------------------------

    @property
    def flow(self) -> Flow:
        """The flow on top of the stack."""
        return self.ground.shelf.flows[self.run.frames[-1].flow]

    @property
    def key(self) -> str:
        """Key of the current step."""
        return self.run.frames[-1].step

    @property
    def mark(self) -> str:
        """The current step across flows: `flow/step`."""
        return f"{self.flow.flow}/{self.key}"

    @property
    def step(self) -> Step:
        """The current step."""
        return self.flow.step(self.key)

    @property
    def progress(self) -> Progress:
        """Place in the run."""
        return progress_of(self.run, self.ground.shelf.flows)

    def scope(self) -> Scope:
        """What the current step may see."""
        ground = self.ground
        numbers = self.progress.names()
        names = Names(ground.shelf, self.flow.id, self.run.id, self.answers, ground.view, ground.now, numbers)
        serial = self.run.wait.serial if self.run.wait else self.serial
        return Scope(
            ground.shelf, self.flow, self.key, self.run, names, ground.view, ground.now, ground.rng, serial, self.run.wait
        )

    # --- moving ---------------------------------------------------------------------------------------------

    def go(self) -> None:
        """Run steps from the current one until a prompt or the end."""
        for _ in range(STEP_BUDGET):
            if self.ended:
                return
            if len(self.run.frames) > DEPTH:
                break
            if self.run.wait:
                return
            if self._enter():
                self._ask()
                return
        self._run_away()

    def _enter(self) -> bool:
        """Enter the current step; True if the run now waits here."""
        step, scope = self.step, self.scope()
        if not _open(step, scope):
            self._below()
            return False
        replaying = self.run.replay is not None
        if isinstance(step, Prompt):
            return not (replaying and self._pass(step, scope))
        silent = replaying and self.mark in self.run.seen
        outcome = step.enter(scope)
        if _speaks(outcome):
            self.run = replace(self.run, seen=self.run.seen | {self.mark})
        self.follow(replace(outcome, says=(), effects=_kept(outcome)) if silent else outcome)
        return False

    def _pass(self, step: Prompt, scope: Scope) -> bool:
        """In a replay: go over a prompt that is already answered. False: it is to be asked, or the replay ends."""
        if isinstance(step, Review):
            if self.run.replay == self.mark:
                self._end_replay()
            return False
        assert isinstance(step, Ask)
        ref = scope.names.ref(step.field.name)
        if ref not in self.answers and self.mark not in self.run.skipped:
            if self.run.replay == "*":
                self.run = replace(self.run, replay=None, visited=frozenset())
            return False
        self.run = replace(self.run, visited=self.run.visited | {ref})
        self._below()
        return True

    def _end_replay(self) -> None:
        """Drop the answers that the corrected path no longer asks for."""
        for ref in [ref for ref in self.answers if self._asked_here(ref) and ref not in self.run.visited]:
            self.apply(Forget(ref))
        self.run = replace(self.run, replay=None, visited=frozenset())

    def _asked_here(self, ref: FieldRef) -> bool:
        declared = self.flow.declared.get(ref.name)
        return ref.flow == self.flow.id and ref.run == self.run.id and declared is not None and declared.type != "computed"

    def follow(self, outcome: Outcome) -> None:
        """Take over what a step brought about, and go where it leads."""
        self._said.extend(outcome.says)
        for effect in outcome.effects:
            self.apply(effect)
        self._lead(outcome.then)

    def _lead(self, then: Then) -> None:
        match then:
            case Onward():
                self._below()
            case Jump(step=step):
                self._stand(step)
            case Into(flow=flow, returns=returns):
                first = self.ground.shelf.flows[flow].keys[0]
                self.run = replace(self.run, frames=(*self.run.frames, Frame(flow, first, returns)))
            case Switch(flow=flow):
                self._end(Ended("done", switch=flow))
            case Leave(suggest=suggest, say=say):
                self._leave(suggest, say)
            case Replay(field=field):
                self._correct(field)
            case Discard():
                for ref in [ref for ref in self.answers if ref.run == self.run.id]:
                    self.apply(Forget(ref))
                self._end(Ended("cancelled", say=self.ground.shelf.phrases.say("review_erased")))
            case Halt():
                raise AssertionError(f"{self.mark} waits but is no prompt")

    def _stand(self, key: str) -> None:
        here = replace(self.run.frames[-1], step=key)
        self.run = replace(self.run, frames=(*self.run.frames[:-1], here))

    def _below(self) -> None:
        below = self.flow.below(self.key)
        if below:
            self._stand(below)
        else:
            self._leave((), Markdown(""))

    def _leave(self, suggest: tuple[str, ...], say: Markdown) -> None:
        """The flow on top is over: come back to its caller, or end the run."""
        if len(self.run.frames) == 1:
            self._end(Ended("done", suggest, say))
            return
        scope, returns = self.scope(), self.run.frames[-1].returns
        value = scope.names.stored(returns) if returns else None
        self.run = replace(self.run, frames=self.run.frames[:-1])
        if returns:
            ref = self.scope().names.ref(returns)
            self.apply(Forget(ref) if value is None else self._remembering(ref, value))
        if say:
            self._said.append(Message(say))
        self._below()

    def _end(self, ended: Ended) -> None:
        self._speak()
        self.effects.append(CancelTimer(timer_key(self.run.id)))
        self.ended = ended

    def _run_away(self) -> None:
        self.effects.append(Problem("runaway", self.flow.id, self.key))
        contact = self.ground.view.policy.contact or self.ground.shelf.phrases.label("contact_missing")
        self._said.clear()
        self._end(Ended("left", say=self.ground.shelf.phrases.say("runaway", contact=contact)))

    # --- asking ---------------------------------------------------------------------------------------------

    def _ask(self) -> None:
        """Stop at the current prompt: number it, show it, set its reminder."""
        self.serial += 1
        self.run = replace(self.run, wait=Wait(self.serial, self.key, self.ground.now))
        self._speak()
        self.effects.append(Send(self.question()))
        step = self.step
        if isinstance(step, Ask) and step.remind:
            due = reminder_due(self.ground.now, step.remind.after, step.remind.at, self.ground.view.policy)
            self.effects.append(SetTimer(timer_key(self.run.id), due))

    def question(self) -> Message:
        """The current prompt as a message: progress, question, answers, ways out."""
        step, scope = self.step, self.scope()
        assert isinstance(step, Prompt) and self.run.wait
        phrases, progress, serial = self.ground.shelf.phrases, self.progress, self.run.wait.serial
        bare = step.prompt(scope)
        text = bare.text
        if not isinstance(step, Review):
            shown: dict[str, str | int | Rich] = {"done": progress.number, "total": progress.total}
            if progress.section:
                text = phrases.say("prompt", section=progress.section, question=Rich(bare.text), **shown)
            else:
                text = phrases.say("prompt_without_section", question=Rich(bare.text), **shown)
        ways = ["back", *(["skip"] if isinstance(step, Ask) and step.skip else []), "pause"]
        controls = tuple(Option(way, phrases.label(f"button_{way}"), control_act(serial, way)) for way in ways)
        return replace(bare, text=text, controls=(*bare.controls, *controls), key=prompt_key(self.run, serial))

    def repeat(self) -> None:
        """Ask the current prompt again under a new number, so that its old buttons are stale."""
        assert self.run.wait
        self.serial += 1
        self.run = replace(self.run, wait=replace(self.run.wait, serial=self.serial))
        self._speak()
        self.effects.append(Send(self.question()))

    def say(self, text: Markdown) -> None:
        """Say something before whatever follows."""
        self._said.append(Message(text))

    def _speak(self) -> None:
        """Turn what was said into messages: plain texts in a row are joined while short."""
        joined: list[Message] = []
        for message in self._said:
            last = joined[-1] if joined else None
            if last and _plain(last) and _plain(message) and len(last.text) + len(message.text) <= GOOD_MESSAGE:
                joined[-1] = Message(Markdown(f"{last.text}\n\n{message.text}"))
            else:
                joined.append(message)
        self._said.clear()
        self.effects.extend(Send(message) for message in joined)

    # --- answering ------------------------------------------------------------------------------------------

    def record(self, shown: Markdown) -> None:
        """The prompt is answered: its message becomes question and answer, and "retour" can come back here."""
        step, scope = self.step, self.scope()
        assert isinstance(step, Prompt) and self.run.wait
        self.effects.append(CancelTimer(timer_key(self.run.id)))
        asked = step.ask if isinstance(step, Ask) else None
        title = scope.text(asked) if asked else self.ground.shelf.phrases.say("review")
        text = self.ground.shelf.phrases.say("answered", question=Rich(title), answer=Rich(shown))
        self.effects.append(Edit(Message(text, key=prompt_key(self.run, self.run.wait.serial))))
        point = Checkpoint(self.run.frames, skipped=self.run.skipped, replay=self.run.replay)
        history = (*self.run.history, point)[-HISTORY:]
        self.run = replace(self.run, wait=None, history=history, skipped=self.run.skipped - {self.mark})

    def take(self, reply: Answered) -> None:
        """Take over an answer and go on."""
        self.record(reply.shown)
        self._said.extend(reply.outcome.says)
        for effect in reply.outcome.effects:
            self.apply(effect)
        if isinstance(reply.outcome.then, Onward):
            self._onward_from_answer()
        else:
            self._lead(reply.outcome.then)
        self.go()

    def skip(self) -> None:
        """Pass the current prompt: its field takes its default, or stays absent."""
        step, scope, mark = self.step, self.scope(), self.mark
        assert isinstance(step, Ask)
        ref = scope.names.ref(step.field.name)
        self.record(self.ground.shelf.phrases.say("answer_skipped"))
        self.run = replace(self.run, skipped=self.run.skipped | {mark})
        self.apply(Forget(ref) if step.default is None else self._remembering(ref, step.default))
        self._onward_from_answer()
        self.go()

    def change_screen(self, reply: Again) -> None:
        """Show the same prompt in another state, in place or as a new message."""
        self.run = replace(self.run, wait=reply.wait)
        if reply.in_place:
            self.effects.append(Edit(self.question()))
        else:
            self.repeat()

    def close(self) -> None:
        """Take the buttons off the current prompt."""
        step = self.step
        if self.run.wait and isinstance(step, Ask):
            text = self.scope().text(step.ask)
            self.effects.append(Edit(Message(text, key=prompt_key(self.run, self.run.wait.serial))))

    def _onward_from_answer(self) -> None:
        """After an answer: below, or from the top again while a correction is replayed."""
        if self.run.replay:
            self._stand(self.flow.keys[0])
        else:
            self._below()

    def _correct(self, field: str) -> None:
        asking = next(key for key in self.flow.prompts if field in self.flow.step(key).sets())
        self.run = replace(self.run, replay=self.mark, visited=frozenset())
        self._stand(asking)
        self._ask()

    def back(self) -> bool:
        """Go back to the prompt before, its answers restored; False at the first one."""
        if not self.run.history:
            return False
        *history, point = self.run.history
        for ref, old in point.before:
            effect = Forget(ref) if old is None else self._remembering(ref, old)
            self._change(effect)
        self.run = replace(
            self.run,
            frames=point.frames,
            history=tuple(history),
            skipped=point.skipped,
            replay=point.replay,
            wait=None,
        )
        self._ask()
        return True

    # --- answers --------------------------------------------------------------------------------------------

    def apply(self, effect: Effect) -> None:
        """Take over an effect; a changed answer is noted so that "retour" can restore it."""
        if isinstance(effect, Remember | Forget) and self.run.history:
            *earlier, point = self.run.history
            if effect.field not in dict(point.before):
                before = (*point.before, (effect.field, self.answers.get(effect.field)))
                self.run = replace(self.run, history=(*earlier, replace(point, before=before)))
        self._change(effect)

    def _change(self, effect: Effect) -> None:
        match effect:
            case Remember(field=ref, value=value):
                self.answers[ref] = value
            case Forget(field=ref):
                if ref not in self.answers:
                    return
                del self.answers[ref]
        self.effects.append(effect)

    def _remembering(self, ref: FieldRef, value: Value) -> Remember:
        shelf = self.ground.shelf
        fields = shelf.flows[ref.flow].declared if ref.flow else shelf.profile
        declared = fields.get(ref.name if ref.flow else f"{ref.owner}.{ref.name}")
        keep = declared.keep if declared else None
        erase_after = keep.after(self.ground.now) if keep else None
        return Remember(ref, value, erase_after, bool(declared and declared.personal))


def prompt_key(run: Run, serial: int) -> str:
    """Under which name a prompt's message is found again."""
    return f"{run.id}.{serial}"


def _open(step: Step, scope: Scope) -> bool:
    return holds(step.when, scope.names)


def _speaks(outcome: Outcome) -> bool:
    return bool(outcome.says or _acts(outcome))


def _acts(outcome: Outcome) -> tuple[Effect, ...]:
    return tuple(effect for effect in outcome.effects if not isinstance(effect, Remember | Forget))


def _kept(outcome: Outcome) -> tuple[Effect, ...]:
    return tuple(effect for effect in outcome.effects if isinstance(effect, Remember | Forget))


def _plain(message: Message) -> bool:
    return not (message.options or message.controls or message.attachments or message.request)
