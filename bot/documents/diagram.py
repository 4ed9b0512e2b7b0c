"""The picture of a flow: nodes in layers, ways from top to bottom; or its text for Mermaid. Pure.

A way back up is told inside the node that it leaves: drawn, it would cross all the others.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Literal

from bot.documents.typesetting import Format, typeset

Kind = Literal["start", "end", "flow", "say", "ask", "branch", "set", "call", "answer", "handoff", "action"]

WIDTH = 150.0
"""Points; of every node."""
GAP = 22.0
"""Between two nodes of a layer."""
LANE = 16.0
"""Room for a way that passes by a layer."""
BETWEEN = 34.0
"""Between two layers."""
LINE, SIGNS = 13.0, 30
"""Height of a line of text within a node, and the signs it holds."""
SMALL_LINE, SMALL_SIGNS = 12.5, 34
"""The same for conditions and cases."""
MOST_ENDS = 5
"""Nodes of a layer from which nothing goes on; of more, every other one stands a layer lower."""
SWEEPS = 12
"""Times the order within the layers is looked over."""


@dataclass(frozen=True, slots=True)
class Node:
    """A step, the beginning, the end, or another flow."""

    key: str
    kind: Kind
    label: str
    condition: str = ""
    """Only then it is entered."""
    section: str = ""
    """Title of the section that begins here."""
    cases: tuple[str, ...] = ()
    """What decides which way is taken; its ways are labelled by their number."""
    note: str = ""
    """How many people come here."""
    share: float | None = None
    """The same as a part of all, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A way from one node to another."""

    source: str
    target: str
    label: str = ""
    kind: Literal["way", "call"] = "way"


@dataclass(slots=True)
class _Spot:
    """A node in its layer, or the place where a way passes by."""

    key: str
    node: Node | None
    width: float
    height: float
    x: float = 0.0
    """Its middle."""
    y: float = 0.0
    above: list[str] = field(default_factory=list)
    below: list[str] = field(default_factory=list)


def diagram(
    nodes: Sequence[Node], edges: Sequence[Edge], *, title: str, note: str = "", format: Format = "svg"
) -> bytes:
    """The picture. `nodes` in reading order, the beginning first."""
    data = {"title": title, "note": note, **laid_out(nodes, edges)}
    return typeset("diagram", data, format=format)[0]


def laid_out(nodes: Sequence[Node], edges: Sequence[Edge]) -> dict[str, Any]:
    """Where everything is drawn, in points from the upper left: `width`, `height`, `nodes` with their upper
    left corner and size, `edges` with the corners they go by.
    """
    nodes, ways = _folded(nodes, edges)
    layers = _layers(nodes, ways)
    spots, trails = _spots(nodes, ways, layers)
    rows = _rows(spots, layers)
    _order(rows, spots)
    _place(rows, spots)
    return {
        "width": max(spot.x + spot.width / 2 for spot in spots.values()),
        "height": max(spot.y + spot.height for spot in spots.values()),
        "nodes": [_drawn(spot) for spot in spots.values() if spot.node],
        "edges": [_line(edge, trail, spots) for edge, trail in trails],
    }


def mermaid(nodes: Sequence[Node], edges: Sequence[Edge]) -> str:
    """The same as text that Mermaid draws: https://mermaid.js.org/syntax/flowchart.html."""
    names = {node.key: f"n{number}" for number, node in enumerate(nodes)}
    lines = ["flowchart TD"]
    for node in nodes:
        parts = [node.condition, node.label, *node.cases, node.note]
        left, right = _SHAPES.get(node.kind, ("[", "]"))
        text = "<br/>".join(_quoted(part) for part in parts if part)
        lines.append(f'    {names[node.key]}{left}"{text or " "}"{right}')
    for edge in edges:
        arrow = "-.->" if edge.kind == "call" else "-->"
        label = f'|"{_quoted(edge.label)}"|' if edge.label else ""
        lines.append(f"    {names[edge.source]} {arrow}{label} {names[edge.target]}")
    return "\n".join(lines) + "\n"


_SHAPES: Mapping[Kind, tuple[str, str]] = {
    "start": ("([", "])"),
    "end": ("([", "])"),
    "ask": ("[/", "/]"),
    "branch": ("{{", "}}"),
    "call": ("[[", "]]"),
    "flow": ("[[", "]]"),
}


def _quoted(text: str) -> str:
    """A text within quotes: signs that Mermaid or HTML would read go as their number."""
    return re.sub(r'["#<>&;`\\{}|]', lambda sign: f"#{ord(sign[0])};", text)


# ---- the layout (Sugiyama: layers, order, place) ----


def _folded(nodes: Sequence[Node], edges: Sequence[Edge]) -> tuple[tuple[Node, ...], tuple[Edge, ...]]:
    """Without ways back: they become words of the node that they leave. Two ways to one node become one."""
    known = {node.key: node for node in nodes}
    ways: dict[tuple[str, str], Edge] = {}
    for edge in edges:
        twin = ways.get((edge.source, edge.target))
        label = ", ".join(one for one in (twin.label if twin else "", edge.label) if one)
        ways[edge.source, edge.target] = replace(edge, label=label)
    back = _back(nodes, tuple(ways.values()))
    told: dict[str, list[str]] = {}
    for edge in back:
        lead = f"{edge.label} " if edge.label else ""
        told.setdefault(edge.source, []).append(f"{lead}↑ {known[edge.target].label}")
    drawn = tuple(replace(node, cases=(*node.cases, *told.get(node.key, ()))) for node in nodes)
    return drawn, tuple(edge for edge in ways.values() if edge not in back)


def _back(nodes: Sequence[Node], edges: Sequence[Edge]) -> frozenset[Edge]:
    """The ways that lead to where one has come from."""
    ahead = _ahead(nodes, edges)
    found, done = set[Edge](), set[str]()
    for start in nodes:
        trail = [start.key] if start.key not in done else []
        left = [list(ahead[start.key])] if trail else []
        while trail:
            if not left[-1]:
                done.add(trail.pop())
                left.pop()
                continue
            edge = left[-1].pop(0)
            if edge.target in trail:
                found.add(edge)
            elif edge.target not in done:
                trail.append(edge.target)
                left.append(list(ahead[edge.target]))
    return frozenset(found)


def _ahead(nodes: Sequence[Node], edges: Sequence[Edge]) -> dict[str, list[Edge]]:
    ahead: dict[str, list[Edge]] = {node.key: [] for node in nodes}
    for edge in edges:
        ahead[edge.source].append(edge)
    return ahead


def _layers(nodes: Sequence[Node], edges: Sequence[Edge]) -> dict[str, int]:
    """Node -> layer: below all that lead to it. There are no circles."""
    ahead, layer = _ahead(nodes, edges), {node.key: 0 for node in nodes}
    waiting = Counter(edge.target for edge in edges)
    free = [node.key for node in nodes if not waiting[node.key]]
    while free:
        key = free.pop(0)
        for edge in ahead[key]:
            layer[edge.target] = max(layer[edge.target], layer[key] + 1)
            waiting[edge.target] -= 1
            if not waiting[edge.target]:
                free.append(edge.target)
    ends: dict[int, list[str]] = {}
    for node in nodes:
        if not ahead[node.key]:
            ends.setdefault(layer[node.key], []).append(node.key)
    for number, keys in ends.items():
        if len(keys) > MOST_ENDS:
            layer.update(dict.fromkeys(keys[1::2], number + 1))
    return layer


def _spots(
    nodes: Sequence[Node], edges: Sequence[Edge], layers: dict[str, int]
) -> tuple[dict[str, _Spot], list[tuple[Edge, list[str]]]]:
    """Every node and every place where a long way passes a layer; each way with the spots on it."""
    spots = {node.key: _Spot(node.key, node, WIDTH, _height(node)) for node in nodes}
    trails = []
    passing: dict[tuple[str, int], str] = {}
    for edge in edges:
        trail = [edge.source]
        for layer in range(layers[edge.source] + 1, layers[edge.target]):
            # Ways to one node run together on their way down.
            key = passing.setdefault((edge.target, layer), f"{edge.target}@{layer}")
            if key not in spots:
                spots[key] = _Spot(key, None, LANE, 0.0)
                layers[key] = layer
            trail.append(key)
        trail.append(edge.target)
        for one, other in pairwise(trail):
            if other not in spots[one].below:
                spots[one].below.append(other)
                spots[other].above.append(one)
        trails.append((edge, trail))
    return spots, trails


def _height(node: Node) -> float:
    small = (node.section, node.condition, *node.cases)
    lines = LINE * (_lines(node.label, SIGNS) + _lines(node.note, SIGNS))
    lines += SMALL_LINE * sum(_lines(text, SMALL_SIGNS) for text in small)
    return 15.0 + lines + (6.0 if node.share is not None else 0.0)


def _lines(text: str, most: int) -> int:
    """Lines that a text takes, words kept whole; none without a text."""
    if not text:
        return 0
    lines, room = 1, most
    for word in text.split(" "):
        if len(word) > room and room < most:
            lines, room = lines + 1, most
        lines += max(len(word) - 1, 0) // most
        room -= len(word) + 1
    return lines


def _rows(spots: Mapping[str, _Spot], layers: Mapping[str, int]) -> list[list[str]]:
    rows: list[list[str]] = [[] for _ in range(max(layers.values()) + 1)]
    for key in spots:
        rows[layers[key]].append(key)
    return rows


def _order(rows: Sequence[list[str]], spots: Mapping[str, _Spot]) -> None:
    """Each row by the mean place of what it hangs on, down and up again."""
    place = {key: float(number) for row in rows for number, key in enumerate(row)}

    def sort(row: list[str], near: Mapping[str, Sequence[str]]) -> None:
        def mean(key: str) -> float:
            return sum(place[one] for one in near[key]) / len(near[key]) if near[key] else place[key]

        row.sort(key=lambda key: (mean(key), place[key]))
        place.update({key: float(number) for number, key in enumerate(row)})

    above = {key: spot.above for key, spot in spots.items()}
    below = {key: spot.below for key, spot in spots.items()}
    for _ in range(SWEEPS):
        for row in rows[1:]:
            sort(row, above)
        for row in rows[-2::-1]:
            sort(row, below)


def _place(rows: Sequence[Sequence[str]], spots: Mapping[str, _Spot]) -> None:
    """Where each spot is drawn: below what leads to it, as far as its neighbours leave room."""
    for row in rows:
        _spread([spots[key] for key in row], [0.0] * len(row))
    for turn in range(SWEEPS):
        down = turn % 2 == 0
        for row in rows if down else rows[::-1]:
            wanted = []
            for key in row:
                near = spots[key].above if down else spots[key].below
                near = near or (spots[key].below if down else spots[key].above)
                wanted.append(sum(spots[one].x for one in near) / len(near) if near else spots[key].x)
            _spread([spots[key] for key in row], wanted)
    left = min(spot.x - spot.width / 2 for spot in spots.values())
    y = 0.0
    for row in rows:
        height = max(spots[key].height for key in row)
        for key in row:
            spots[key].x -= left
            spots[key].y = y
            if spots[key].node is None:
                spots[key].height = height
        y += height + BETWEEN


def _spread(row: Sequence[_Spot], wanted: Sequence[float]) -> None:
    """Put spots as near as they can come to where they want to be, in their order and without touching.

    Those that want the same room move as one block around the mean of their wishes.
    """
    blocks: list[tuple[float, list[tuple[_Spot, float]]]] = []
    for spot, wish in zip(row, wanted, strict=True):
        members, middle = [(spot, 0.0)], wish
        while blocks and _right(blocks[-1]) + GAP > middle + members[0][1] - members[0][0].width / 2:
            before, earlier = blocks.pop()
            shift = earlier[-1][1] + earlier[-1][0].width / 2 + GAP + members[0][0].width / 2 - members[0][1]
            moved = [(one, offset + shift) for one, offset in members]
            count = len(earlier), len(moved)
            middle = (before * count[0] + (middle - shift) * count[1]) / sum(count)
            members = [*earlier, *moved]
        blocks.append((middle, members))
    for middle, members in blocks:
        for spot, offset in members:
            spot.x = middle + offset


def _right(block: tuple[float, list[tuple[_Spot, float]]]) -> float:
    middle, members = block
    spot, offset = members[-1]
    return middle + offset + spot.width / 2


# ---- what the template draws ----


def _drawn(spot: _Spot) -> dict[str, object]:
    node = spot.node
    assert node is not None
    return {
        "x": spot.x - spot.width / 2,
        "y": spot.y,
        "width": spot.width,
        "height": spot.height,
        "kind": node.kind,
        "section": node.section,
        "condition": node.condition,
        "label": node.label,
        "cases": list(node.cases),
        "note": node.note,
        "share": node.share,
    }


def _line(edge: Edge, trail: Sequence[str], spots: Mapping[str, _Spot]) -> dict[str, object]:
    """A way as the corners that it goes by, each with a straight piece through its layer."""
    corners: list[tuple[float, float]] = []
    for number, key in enumerate(trail):
        spot = spots[key]
        if number:
            corners.append((spot.x, spot.y))
        if number < len(trail) - 1:
            corners.append((spot.x, spot.y + spot.height))
    return {"corners": corners, "label": edge.label, "dashed": edge.kind == "call"}
