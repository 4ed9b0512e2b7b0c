"""Messages that go on from the entry just read: found more often, and nothing out of scope is answered."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.dialogue.library import Library
from bot.knowledge.article import Article
from bot.knowledge.ask import Finding, Reason, Verdict, ask
from bot.knowledge.follow import follow, goes_on, topic_of
from bot.model.values import ArticleId

HERE = Path(__file__).parent
ROWS: list[dict[str, Any]] = yaml.safe_load((HERE / "follow_ups.yaml").read_text(encoding="utf-8"))
HALVES = {"looked at": ROWS[::2], "held back": ROWS[1::2]}
MESSAGES: list[dict[str, Any]] = [
    row
    for path in sorted((HERE.parents[1] / "knowledge" / "questions").glob("*.yaml"))
    for row in yaml.safe_load(path.read_text(encoding="utf-8"))
]


def after(library: Library, topic: str, text: str) -> tuple[Finding, Finding]:
    """The verdict alone, and after a topic was read."""
    articles = library.shelf.articles
    alone = ask(library.index, text)
    return alone, follow(library.index, text, topic_of(articles[ArticleId(topic)], articles.values()), alone)


def among(finding: Finding, right: list[str], places: int) -> bool:
    return any(match.id in right for match in finding.matches[:places])


def share(found: list[bool]) -> float:
    return sum(found) / len(found)


def test_every_follow_up_names_entries_that_exist(library: Library) -> None:
    named = {id for row in ROWS for id in (row["topic"], *row["right"])}
    assert named <= set(library.shelf.articles)
    assert len(ROWS) >= 60


@pytest.mark.parametrize(("half", "first", "three"), [("looked at", 0.85, 0.88), ("held back", 0.77, 0.86)])
def test_the_topic_helps_to_find_the_entry(library: Library, half: str, first: float, three: float) -> None:
    found = [
        (row["right"], *after(library, row["topic"], row["text"])) for row in HALVES[half] if row["right"]
    ]
    assert share([among(with_topic, right, 1) for right, _, with_topic in found]) >= first
    assert share([among(with_topic, right, 3) for right, _, with_topic in found]) >= three
    gained = sum(among(with_topic, right, 1) - among(alone, right, 1) for right, alone, with_topic in found)
    assert gained > 0
    answered = [among(it, right, 1) for right, _, it in found if it.verdict is Verdict.ANSWER]
    assert share(answered) >= 0.95


@pytest.mark.parametrize("row", [row for row in ROWS if not row["right"]], ids=lambda row: str(row["text"]))
def test_nothing_out_of_scope_is_answered(library: Library, row: dict[str, Any]) -> None:
    assert after(library, row["topic"], row["text"])[1].verdict is not Verdict.ANSWER


def test_a_question_of_its_own_is_answered_as_well_after_any_entry(library: Library) -> None:
    ids = list(library.index.ids)
    worse = []
    for number, row in enumerate(MESSAGES[::6]):
        right = row.get("ids") or [row["id"]]
        alone, with_topic = after(library, ids[number * 37 % len(ids)], row["text"])
        wrong = with_topic.verdict is Verdict.ANSWER and not among(with_topic, right, 1)
        if wrong and alone.verdict is not Verdict.ANSWER:
            worse.append(row["text"])
    assert worse == []


def test_the_topic_itself_is_told_apart(library: Library) -> None:
    alone, more = after(library, "commissaire-a-la-fusion", "c'est obligatoire ?")
    assert alone.verdict is not Verdict.ANSWER
    assert (more.reason, more.matches[0].id) == (Reason.ABOUT_TOPIC, "commissaire-a-la-fusion")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("et pour une petite ?", True),
        ("Ok mais comment", True),
        ("l'étude", False),
        ("combien coûte une alliance", False),
        ("", False),
        ("?", False),
    ],
)
def test_a_message_that_goes_on_says_so_at_its_beginning(text: str, expected: bool) -> None:
    assert goes_on(text) is expected


def test_what_names_the_topic_and_what_it_names_stand_beside_it() -> None:
    def entry(id: str, chapter: str, *related: str) -> Article:
        return Article.model_construct(id=id, chapter=chapter, related=related, question=id)

    base = [entry("a", "1", "b"), entry("b", "2"), entry("c", "2", "a"), entry("d", "1"), entry("e", "2")]
    assert topic_of(base[0], base).beside == {"b": 1.0, "c": 0.7, "d": 0.3}
