"""How a run moves: through steps until a prompt, the end, or the step budget; forward, back, and in replay.

`Walk` gathers what one input brings about. It lives for one call: everything it starts from is immutable and
everything it returns is too.
"""

from collections.abc import Mapping
from dataclasses import replace

from bot.flows import replay
from bot.flows.asking import answered_message, ask_message, left_message, next_serial
from bot.flows.evaluation import holds
from bot.flows.flow import Flow
from bot.flows.frames import mark_of, renamed, trail_of, wait_at
from bot.flows.ground import Ended, Ground
from bot.flows.keeping import deeds, noted, remembering, restored, returned, unrepeated
from bot.flows.names import Names
from bot.flows.progress import Progress, progress_of
from bot.flows.reminders import reminder_of, timer_key
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
)
from bot.flows.steps.ask import Ask
from bot.model.effects import CancelTimer, Edit, Effect, Forget, Problem, Remember, Send, SetTimer
from bot.model.message import Markdown, Message
from bot.model.session import Checkpoint, Frame, Run, Wait
from bot.model.values import FieldRef, Value

STEP_BUDGET = 100
"""Steps without a prompt before a run is left as a runaway."""
DEPTH = 20
"""Flows on one stack."""
HISTORY = 200
"""Prompts that "retour" can go back over."""


class Walk:
    """One run under way; see the module. The flows and steps of the run's frames must exist."""

    def __init__(self, ground: Ground, run: Run, serial: int, answers: Mapping[FieldRef, Value]) -> None:
        self.ground = ground
        self.run = renamed(run, ground.shelf.flows)
        self.serial = serial
        self.answers = dict(answers)
        self.effects: list[Effect] = []
        self.ended: Ended | None = None
        self.trace: list[str] = []
        """Steps entered, `flow/step`."""
        self.ways: list[tuple[str, int]] = []
        """Branches gone through, each with the place of the case that was taken."""
        self._said: list[Message] = []
        self._passed = 0
        """Prompts that a replay went over."""

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
        return mark_of(self.run.frames)

    @property
    def step(self) -> Step:
        """The current step."""
        return self.flow.step(self.key)

    @property
    def prompt(self) -> Prompt:
        """The prompt at which the run waits."""
        step = self.step
        assert isinstance(step, Prompt), f"{self.mark} is no prompt"
        return step

    @property
    def progress(self) -> Progress:
        """Place in the run."""
        return progress_of(self.run, self.ground.shelf, self.in_force)

    @property
    def in_force(self) -> Mapping[FieldRef, Value]:
        """The answers that count now."""
        return replay.in_force(self.run, self.ground.shelf.flows, self.answers)

    def scope(self) -> Scope:
        """What the current step may see."""
        on, run, wait = self.ground, self.run, self.run.wait
        shelf, view, now, numbers = on.shelf, on.view, on.now, self.progress.names()
        names = Names(shelf, self.flow.id, run.id, self.in_force, view, now, numbers, on.started)
        serial = wait.serial if wait else self.serial
        return Scope(shelf, self.flow, self.key, run, names, view, now, on.rng, serial, wait, on.desk)

    # --- moving ---------------------------------------------------------------------------------------------

    def go(self) -> None:
        """Run steps from the current one until a prompt or the end."""
        budget, passed = STEP_BUDGET, self._passed
        while not (self.ended or self.run.wait):
            if budget < 0 or len(self.run.frames) > DEPTH:
                self._run_away()
            elif self._enter():
                self._ask()
            elif self._passed > passed:  # a prompt, though it was not asked again
                budget, passed = STEP_BUDGET, self._passed
            else:
                budget -= 1

    def _enter(self) -> bool:
        """Enter the current step; True if the run is to wait here."""
        step, scope, mark = self.step, self.scope(), self.mark
        if not holds(step.when, scope.names):
            self._below()
            return False
        self.trace.append(mark)
        met = self._meet()
        if isinstance(step, Prompt):
            return not self._passes(step, scope, met=met)
        outcome, known = step.enter(scope), mark in self.run.seen
        if outcome.case is not None:
            self.ways.append((mark, outcome.case))
        if outcome.says or deeds(outcome):
            self.run = replace(self.run, seen=self.run.seen | {mark})
        self.follow(unrepeated(outcome, replaying=self.run.replay is not None) if known else outcome)
        return False

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
                self._stand(self.flow.current(step))
            case Into(flow=flow, returns=returns):
                first = self.ground.shelf.flows[flow].keys[0]
                self.run = replace(self.run, frames=(*self.run.frames, Frame(flow, first, returns)))
            case Switch(flow=flow, given=given):
                self._end(Ended("done", switch=flow, given=given))
            case Leave(suggest=suggest, say=say):
                self._leave(suggest, say)
            case Replay(field=field):
                self._correct(field)
            case Discard():
                for ref in list(replay.given_in(self.run, self.ground.shelf.flows, self.answers)):
                    self.apply(Forget(ref))
                self._end(Ended("cancelled", say=self.ground.shelf.phrases.say("review_erased")))
            case Halt():
                raise AssertionError(f"{self.mark} waits but is no prompt")

    def _stand(self, key: str) -> None:
        here = replace(self.run.frames[-1], step=key)
        self.run = replace(self.run, frames=(*self.run.frames[:-1], here))

    def _below(self) -> None:
        if below := self.flow.below(self.key):
            self._stand(below)
        else:
            self._leave((), Markdown(""))

    def _leave(self, suggest: tuple[str, ...], say: Markdown) -> None:
        """The flow on top is over: come back to its caller, or end the run."""
        if len(self.run.frames) == 1:
            self._end(Ended("done", suggest, say))
            return
        returns = self.run.frames[-1].returns
        value = self.scope().names.stored(returns) if returns else None
        self.run = replace(self.run, frames=self.run.frames[:-1])
        if returns:
            ref = self.scope().names.ref(returns)
            self.apply(self._keeping(ref, value))
        if say:
            self.say(say)
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
        self.serial = next_serial(self.serial)
        self.run = replace(self.run, wait=Wait(self.serial, self.key, self.ground.now))
        scope = self.scope()
        self._said.extend(self.step.before(scope))
        self._speak()
        self.effects.append(Send(ask_message(self.prompt, scope, self.progress)))
        self.remind()

    def question(self) -> Message:
        """The current prompt as a message."""
        return ask_message(self.prompt, self.scope(), self.progress)

    def remind(self) -> None:
        """Set the timer of the next reminder, if the prompt has one left."""
        due = reminder_of(self.step, self.run.wait, self.ground.now, self.ground.view.policy)
        if due:
            self.effects.append(SetTimer(timer_key(self.run.id), due))

    def repeat(self) -> None:
        """Ask the current prompt again below what was said, under a new number: its old buttons are stale."""
        assert self.run.wait
        self.serial = next_serial(self.serial)
        self.run = replace(self.run, wait=replace(self.run.wait, serial=self.serial))
        question = self.question()
        text = Markdown("\n\n".join([*(message.text for message in self._said), question.text]))
        self._said.clear()
        self.effects.append(Send(replace(question, text=text)))

    def say(self, text: Markdown) -> None:
        """Say something before whatever follows."""
        self._said.append(Message(text))

    def _speak(self) -> None:
        self.effects.extend(Send(message) for message in self._said)
        self._said.clear()

    # --- answering ------------------------------------------------------------------------------------------

    def take(self, reply: Answered) -> None:
        """Take over an answer and go on."""
        self._record(reply.shown)
        self.run = replace(self.run, history=() if reply.outcome.final else self.run.history)
        if isinstance(reply.outcome.then, Onward):
            for effect in reply.outcome.effects:
                self.apply(effect)
            self._onward_from_answer()
        else:
            if isinstance(reply.outcome.then, Jump):  # to a question that is to be asked again
                self._close_replay()
            self.follow(reply.outcome)
        self.go()

    def skip(self) -> bool:
        """Pass the current prompt: its field takes its default, or none. False if it cannot be passed."""
        step, mark = self.step, self.mark
        if not isinstance(step, Ask) or not step.skip:
            return False
        ref = self.scope().names.ref(step.field.name)
        default: Value | None = step.default
        if step.field.type == "choices" and default is not None:
            default = (str(default),)
        self._record(self.ground.shelf.phrases.say("answer_skipped"))
        self.run = replace(self.run, skipped=self.run.skipped | {mark})
        if ref.run or ref not in self.answers:  # what an earlier journey or a colleague said stays
            self.apply(self._keeping(ref, default))
        self._onward_from_answer()
        self.go()
        return True

    def change_screen(self, reply: Again) -> None:
        """Show the same prompt in another state, in place or as a new message."""
        self.run = replace(self.run, wait=reply.wait)
        for effect in reply.effects:
            self.apply(effect)
        if reply.in_place:
            self.effects.append(Edit(self.question()))
        else:
            self.repeat()

    def close(self) -> None:
        """Leave the current prompt without an answer: no buttons, no reminder."""
        if self.run.wait:
            self.effects.append(Edit(left_message(self.prompt, self.scope())))
        self.effects.append(CancelTimer(timer_key(self.run.id)))

    def back(self) -> bool:
        """Go back to the prompt before, the answers as they were then; False at the first one."""
        if self.run.wait and self.run.wait.stage:  # another screen of this prompt: its first one
            self.change_screen(Again(replace(self.run.wait, stage="")))
            return True
        flows = self.ground.shelf.flows
        places = [place for place, point in enumerate(self.run.history) if wait_at(point.frames, flows)]
        if not places:
            return False
        self.close()
        for ref, old in restored(self.run, places[-1]).items():
            self._change(self._keeping(ref, old))
        self.run = returned(self.run, places[-1])
        self._ask()
        return True

    def _record(self, shown: Markdown) -> None:
        """The prompt is answered: its message becomes the record, and "retour" can come back here."""
        self.effects.append(CancelTimer(timer_key(self.run.id)))
        self.effects.append(Edit(answered_message(self.prompt, self.scope(), shown)))
        run = self.run
        point = Checkpoint(run.frames, skipped=run.skipped, replay=run.replay, visited=run.visited)
        history = (*run.history, point)[-HISTORY:]
        self.run = replace(run, wait=None, history=history, skipped=run.skipped - {self.mark})

    # --- replaying ------------------------------------------------------------------------------------------

    def _correct(self, field: str) -> None:
        """Ask for a field again; its answer replays the path."""
        key = replay.prompt_to_correct(field, self.scope())
        self.run = replace(self.run, replay=self.mark, visited=frozenset())
        self._stand(key)
        self._ask()

    def _onward_from_answer(self) -> None:
        """After an answer: below; after the one that corrects, from the top again."""
        if self.run.replay in (None, replay.TO_THE_OPEN) or self.run.visited:
            self._below()
            return
        flows = self.ground.shelf.flows
        self.run = replace(self.run, frames=replay.first_frames(self.run, flows))
        for ref in list(replay.computed(self.run, flows, self.answers)):
            self.apply(Forget(ref))

    def _meet(self) -> bool:
        """Note that a replay came by here; True if it did before."""
        trail = trail_of(self.run.frames)
        met = trail in self.run.visited
        if self.run.replay and not met:
            self.run = replace(self.run, visited=self.run.visited | {trail})
        return met

    def _passes(self, step: Prompt, scope: Scope, *, met: bool) -> bool:
        """In a replay, go over a prompt that is settled, but not twice: a loop asks."""
        if self.run.replay is None:
            return False
        if self.run.replay == self.mark:
            self._close_replay()
            if not self.step.before(scope):  # a preview shows it by itself
                self.say(self.ground.shelf.phrases.say("review_corrected"))
            return False
        if met or not replay.is_settled(step, scope, self.answers):
            return False
        self._passed += 1
        self._below()
        return True

    def _close_replay(self) -> None:
        """Drop what the path gone through again no longer asks for; nothing where there is no replay."""
        if self.run.replay is None:
            return
        flows = self.ground.shelf.flows
        for ref in list(replay.left_behind(self.run, flows, self.answers)):
            self.apply(Forget(ref))
        self.run = replay.closed(self.run, flows)

    # --- answers --------------------------------------------------------------------------------------------

    def apply(self, effect: Effect) -> None:
        """Take over an effect; a changed answer is noted so that "retour" can restore it."""
        if isinstance(effect, Remember | Forget):
            self.run = noted(self.run, effect.field, self.answers)
        self._change(effect)

    def _keeping(self, ref: FieldRef, value: Value | None) -> Remember | Forget:
        if value is None:
            return Forget(ref)
        return remembering(ref, value, self.ground.shelf, self.ground.now)

    def _change(self, effect: Effect) -> None:
        match effect:
            case Remember(field=ref, value=value):
                self.answers[ref] = value
            case Forget(field=ref):
                if ref not in self.answers:
                    return
                del self.answers[ref]
        self.effects.append(effect)
