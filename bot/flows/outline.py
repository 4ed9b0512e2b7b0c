"""A flow as its picture shows it: what stands at each step, and the ways between them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from bot.documents.diagram import Edge, Kind, Node
from bot.flows.condition_words import WORDS, in_words, words_of
from bot.flows.flow import Flow
from bot.flows.french import shorten
from bot.flows.phrases import Phrases
from bot.flows.shelf import Shelf
from bot.flows.step import END, NEXT, Exit, Prompt, Step
from bot.flows.steps.action import Action
from bot.flows.steps.announce import Announce
from bot.flows.steps.answer import Answer
from bot.flows.steps.ask import Ask
from bot.flows.steps.branch import Branch
from bot.flows.steps.call import Call
from bot.flows.steps.end import End
from bot.flows.steps.goto import Goto
from bot.flows.steps.handoff import Handoff
from bot.flows.steps.publish import Publish
from bot.flows.steps.review import Review
from bot.flows.steps.set import Set
from bot.model.values import ArticleId, FlowId

CONDITION = 48
"""Characters of a condition beside a way."""
SILENT = ("say", "set", "action", "answer")
"""Kinds of steps that neither wait nor part the way."""
LISTED, LISTED_WORDS = 6, 34
"""Lines of such a row, and characters of each."""
START, FINISH = "=start", "=end"
"""Keys that no step can have."""


def outline(flow: Flow, shelf: Shelf) -> tuple[tuple[Node, ...], tuple[Edge, ...]]:
    """The steps of a flow in reading order, with its beginning and the flows it leads to.

    A step that only jumps is drawn as the way it is; what is said or done in a row, without waiting, is one
    node under the key of its first step.
    """
    phrases = shelf.phrases
    nodes = [Node(START, "start", flow.title)]
    edges = [Edge(START, flow.keys[0])]
    elsewhere: dict[str, Node] = {}
    for key, step in zip(flow.keys, flow.steps, strict=True):
        nodes.append(_node(flow, key, step, shelf))
        for edge in _ways(flow, key, step, phrases):
            edges.append(edge)
            if edge.target not in flow.position and edge.target != FINISH:
                title = _title(FlowId(edge.target), shelf)
                elsewhere.setdefault(edge.target, Node(edge.target, "flow", title))
    nodes += [*elsewhere.values(), Node(FINISH, "end", phrases.label("graph_end"))]
    return _united(*_straight(nodes, tuple(dict.fromkeys(edges)), flow))


def _node(flow: Flow, key: str, step: Step, shelf: Shelf) -> Node:
    condition = (
        shelf.phrases.label("graph_if", condition=in_words(step.when, flow, shelf)) if step.when else ""
    )
    section = flow.sections.get(step.section or "", "")
    return Node(key, _kind(step), label_of(step, shelf), condition, section, _cases(step, flow, shelf))


def _straight(nodes: Iterable[Node], edges: Iterable[Edge], flow: Flow) -> tuple[list[Node], list[Edge]]:
    """Without the steps that always jump, and without an end that nothing leads to."""
    jumps = {
        key: step.goto
        for key, step in zip(flow.keys, flow.steps, strict=True)
        if isinstance(step, Goto) and step.when is None
    }

    def landing(target: str) -> str:
        met: set[str] = set()
        while target in jumps and target not in met:
            met.add(target)
            goal = jumps[target]
            target = flow.current(goal) if goal in flow.position else goal
        return target

    kept = [replace(edge, target=landing(edge.target)) for edge in edges if edge.source not in jumps]
    used = {edge.target for edge in kept} | {START}
    return [node for node in nodes if node.key in used], [edge for edge in kept if edge.source in used]


def _united(nodes: Sequence[Node], edges: Sequence[Edge]) -> tuple[tuple[Node, ...], tuple[Edge, ...]]:
    """What is said or done in a row as one node."""
    into = Counter(edge.target for edge in edges)
    onward: dict[str, list[Edge]] = {}
    for edge in edges:
        onward.setdefault(edge.source, []).append(edge)
    known = {node.key: node for node in nodes}
    gone: dict[str, str] = {}
    united: list[Node] = []
    for node in nodes:
        if node.key in gone:
            continue
        row, here = [node], node
        while here.kind in SILENT and len(ways := onward.get(here.key, [])) == 1:
            there = known[ways[0].target]
            if there.kind not in SILENT or into[there.key] > 1 or there.section or there.key in gone:
                break
            gone[there.key] = node.key
            row.append(there)
            here = there
        united.append(_one(row))
    drawn = [
        replace(edge, source=gone.get(edge.source, edge.source)) for edge in edges if edge.target not in gone
    ]
    return tuple(united), tuple(dict.fromkeys(drawn))


def _one(row: Sequence[Node]) -> Node:
    """One node for several: the first in full, some of the others in a line each."""
    first, *others = row
    if not others:
        return first
    rest = [node for before, node in pairwise(row) if node.label != before.label]
    shown = rest if len(rest) <= LISTED else rest[: LISTED - 1]
    lines = [
        f"{'◦' if node.condition else '•'} {shorten(node.label.lstrip('• '), LISTED_WORDS)}" for node in shown
    ]
    more = [f"+ {len(rest) - len(shown)}"] if len(shown) < len(rest) else []
    return replace(first, cases=(*first.cases, *lines, *more))


def label_of(step: Step, shelf: Shelf) -> str:
    """What a step says, asks or does, in few words."""
    phrases = shelf.phrases
    match step:
        case Ask():
            return words_of(step.ask)
        case Review():
            return phrases.label("graph_review")
        case Branch() | Goto():
            return phrases.label("graph_branch")
        case Call():
            return phrases.label("graph_call", title=_title(FlowId(step.call), shelf))
        case Set():
            return phrases.label("graph_set")
        case Answer():
            article = shelf.articles.get(ArticleId(step.answer))
            return shorten(article.question if article else step.answer, WORDS)
        case Publish():
            return phrases.label("graph_publish")
        case Announce():
            return phrases.label("graph_announce")
    said = next((text for _, text in step.texts()), None)
    if isinstance(step, Action):
        return phrases.label("graph_action", what=words_of(said) if said else step.action)
    return words_of(said) if said else phrases.label("graph_end")


def _kind(step: Step) -> Kind:
    match step:
        case Prompt():
            return "ask"
        case Branch() | Goto():
            return "branch"
        case Call():
            return "call"
        case Set():
            return "set"
        case Answer():
            return "answer"
        case Handoff():
            return "handoff"
        case Action():
            return "action"
        case End():
            return "end"
    return "say"


def _cases(step: Step, flow: Flow, shelf: Shelf) -> tuple[str, ...]:
    """The conditions of a branch, numbered as its ways are."""
    if not isinstance(step, Branch):
        return ()
    conditions = [in_words(case.if_, flow, shelf) for case in step.branch if case.if_]
    return tuple(
        f"({number}) {shelf.phrases.label('graph_if', condition=shorten(words, CONDITION))}"
        for number, words in enumerate(conditions, 1)
    )


def _ways(flow: Flow, key: str, step: Step, phrases: Phrases) -> Iterator[Edge]:
    below = flow.below(key) or FINISH
    for number, way in enumerate(step.exits(), 1):
        if way.target == END:  # an end stands for itself
            continue
        label = ""
        if isinstance(step, Branch) and way.target != NEXT:
            label = str(number) if way.condition else phrases.label("graph_else")
        yield Edge(key, _target(flow, way, below), label, "call" if way.kind == "call" else "way")
    if step.when and all(way.target == END or _target(flow, way, below) != below for way in step.exits()):
        yield Edge(key, below, phrases.label("graph_else"))


def _target(flow: Flow, way: Exit, below: str) -> str:
    if way.target == NEXT:
        return below
    return flow.current(way.target) if way.target in flow.position else way.target


def _title(flow: FlowId, shelf: Shelf) -> str:
    known = shelf.flows.get(flow)
    return known.title if known else shelf.planned.get(flow, flow)


def questions_of(flow: Flow, shelf: Shelf) -> Mapping[str, str]:
    """The prompts of a flow in reading order, with what they ask."""
    return {key: label_of(flow.step(key), shelf) for key in flow.prompts}
