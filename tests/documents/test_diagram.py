"""The picture of a flow: nothing lies on anything else, all ways lead down, Mermaid can read the text."""

import re
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.load import load_library
from bot.documents.diagram import Edge, Kind, Node, diagram, laid_out, mermaid
from bot.flows.condition import parse_condition
from bot.flows.condition_words import in_words
from bot.flows.outline import outline
from bot.model.values import FlowId

SHIPPED = Path(__file__).parents[2]
NUMBERS = st.integers(0, 39)
KINDS: list[Kind] = ["say", "ask", "branch", "end"]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Node], list[Edge]]:
    count = draw(st.integers(1, 40))
    nodes = [
        Node(f"k{number}", draw(st.sampled_from(KINDS)), "mot " * draw(st.integers(0, 20)))
        for number in range(count)
    ]
    pairs = draw(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=80))
    edges = [
        Edge(f"k{one}", f"k{other}", label="x" * (one % 3)) for one, other in pairs if max(one, other) < count
    ]
    return nodes, edges


def apart(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return bool(
        one["x"] + one["width"] <= other["x"]
        or other["x"] + other["width"] <= one["x"]
        or one["y"] + one["height"] <= other["y"]
        or other["y"] + other["height"] <= one["y"]
    )


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_nodes_lie_apart_within_the_picture_and_ways_lead_down(graph: tuple[list[Node], list[Edge]]) -> None:
    drawn = laid_out(*graph)
    assert len(drawn["nodes"]) == len(graph[0])
    assert all(apart(one, other) for one, other in combinations(drawn["nodes"], 2))
    for node in drawn["nodes"]:
        assert node["x"] >= -0.01 and node["x"] + node["width"] <= drawn["width"] + 0.01
        assert node["y"] >= 0 and node["y"] + node["height"] <= drawn["height"]
    for edge in drawn["edges"]:
        heights = [y for _, y in edge["corners"]]
        assert heights == sorted(heights) and len(heights) >= 2
    # Each way is drawn, or told as words of the node that it leaves.
    ways = {(edge.source, edge.target) for edge in graph[1]}
    told = sum(case.count("↑") for node in drawn["nodes"] for case in node["cases"])
    assert len(drawn["edges"]) + told == len(ways)


HOSTILE = 'a"b #quot; <script> [x] {y} (z) | ; & ` end \\ 1. un'


def mermaid_lines(text: str) -> list[str]:
    first, *lines = text.splitlines()
    assert first == "flowchart TD"
    return lines


NODE = re.compile(r'    n\d+(\(\[|\[/|\{\{|\[\[|\[)"[^"]*"(\]\)|/\]|\}\}|\]\]|\])')
EDGE = re.compile(r'    n\d+ (-->|-\.->)(\|"[^"]+"\|)? n\d+')


@pytest.mark.parametrize("kind", ["start", "end", "flow", "say", "ask", "branch", "call", "handoff"])
def test_mermaid_quotes_whatever_is_written(kind: Any) -> None:
    text = mermaid([Node("a", kind, HOSTILE, HOSTILE, "", (HOSTILE,), HOSTILE), Node("b", "end", "")],
                   [Edge("a", "b", HOSTILE), Edge("b", "a", "", "call")])  # fmt: skip
    lines = mermaid_lines(text)
    assert all(NODE.fullmatch(line) or EDGE.fullmatch(line) for line in lines), lines
    assert "<script>" not in text and "#34;quot" not in text.replace("#35;quot#59;", "")


def test_words_are_never_read_as_markup() -> None:
    nodes = [Node("a", "ask", '#panic("x") $', "*si*"), Node("b", "end", "]")]
    made = diagram(nodes, [Edge("a", "b", "#x")], title="#t", note="= n")
    assert b"<svg" in made


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("qui == 'certains'", "« À certaines personnes »"),
        ("qui in ['certains', 'regle']", "« À certaines personnes » ou « J'écris une condition »"),
        (
            "qui != 'certains' and answered(evenement)",
            "pas « À certaines personnes » et une réponse à « De quel rendez-vous ? »",
        ),
        ("not answered(evenement)", "pas de réponse à « De quel rendez-vous ? »"),
        (
            "contains(criteres, 'roles') and (qui == 'regle' or qui == 'tous')",
            "« Leur rôle » et (« J'écris une condition » ou « À tout le monde »)",
        ),
        ("best_score <= 5", "best score ≤ 5"),
        ("not done('faire-connaissance')", "pas « Faire connaissance » terminé"),
        ("days_since(today) > 3", "days_since(today) > 3"),
        ("qui == 'tous' and days_since(today) > 3", "qui == 'tous' and days_since(today) > 3"),
    ],
)
def test_a_condition_is_said_by_the_answers_that_people_give(condition: str, words: str) -> None:
    shelf = load_library(SHIPPED).shelf
    assert shelf is not None
    said = in_words(parse_condition(condition), shelf.flows[FlowId("composer-annonce")], shelf)
    assert said.replace("\u00a0", " ") == words


@pytest.mark.parametrize("flow", sorted(load_library(SHIPPED).shelf.flows))  # type: ignore[union-attr]
def test_every_shipped_flow_can_be_drawn(flow: Any) -> None:
    shelf = load_library(SHIPPED).shelf
    assert shelf is not None
    nodes, edges = outline(shelf.flows[flow], shelf)
    keys = {node.key for node in nodes}
    assert all({edge.source, edge.target} <= keys for edge in edges)
    assert all(node.label for node in nodes if node.kind in ("ask", "say", "end", "start"))
    reached, todo = set[str](), [nodes[0].key]
    while todo:
        here = todo.pop()
        if here not in reached:
            reached.add(here)
            todo += [edge.target for edge in edges if edge.source == here]
    assert reached == keys
    words = " ".join(part for node in nodes for part in (node.condition, node.label, *node.cases))
    assert not re.search(r"==|\b(answered|contains)\(|\b(person|association)\.|add_task", words), (
        "for authors only"
    )
    # Every question has a node of its own.
    assert set(shelf.flows[flow].prompts) <= keys
    assert diagram(nodes, edges, title=shelf.flows[flow].title, format="png").startswith(b"\x89PNG")
    assert all(NODE.fullmatch(line) or EDGE.fullmatch(line) for line in mermaid_lines(mermaid(nodes, edges)))
