"""The shipped base: every entry is found, and what the project promises about its verdicts."""

from pathlib import Path

import pytest
import yaml

from bot.knowledge.article import Article, Words
from bot.knowledge.ask import Verdict, ask
from bot.knowledge.index import Index, build_index

FOLDER = Path(__file__).parents[2] / "knowledge"
OTHERS = ("sources.yaml", "words.yaml")


def read(path: Path) -> object:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def articles() -> tuple[Article, ...]:
    files = sorted(path for path in FOLDER.glob("*.yaml") if path.name not in OTHERS)
    entries = [entry for path in files for entry in read(path)]  # type: ignore[attr-defined]
    return tuple(Article.model_validate(entry) for entry in entries)


@pytest.fixture(scope="module")
def index(articles: tuple[Article, ...]) -> Index:
    return build_index(articles, Words.model_validate(read(FOLDER / "words.yaml")))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cest koi la diference entre alliance et partenaria", "difference-alliance-partenariat"),
        ("Quelle différence entre une alliance et un partenariat ?", "difference-alliance-partenariat"),
        ("dispositif local d'accompagnement", "accompagnement-dla"),
        ("combien d'assos en France", "repere-nombre-associations"),
    ],
)
def test_answers_directly(index: Index, text: str, expected: str) -> None:
    finding = ask(index, text)
    assert (finding.verdict, finding.matches[0].id) == (Verdict.ANSWER, expected)


@pytest.mark.parametrize(
    "text",
    ["météo à Lyon demain", "bonjour", "recette de crêpes", "qui a gagné le match hier", "je veux divorcer"],
)
def test_refuses(index: Index, text: str) -> None:
    assert ask(index, text).verdict is Verdict.REJECT


def test_every_entry_is_found_by_its_own_question(index: Index, articles: tuple[Article, ...]) -> None:
    lost = [article.id for article in articles if index.search(article.question, 1)[0].id != article.id]
    assert lost == []
