"""A base of a few shipped entries: what is slow on the whole one, indexing and evaluating, takes no time."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from bot.content.load import load_library
from bot.model.values import ArticleId
from bot.shipped import shipped_content

HOME = "difference-mutualisation-cooperation"
SOME = (
    HOME,
    "fdva",
    "co-construction-definition",
    "alliance-avec-entreprise",
    "alliance-avec-fondation",
    "pro-bono",
)


@cache
def small_chapter() -> str:
    """The entries as one chapter, referring to nothing else."""
    shelf = load_library(shipped_content()).shelf
    assert shelf is not None
    bare = {"chapter": "2-alliance-partenariat", "related": (), "journeys": (), "sources": ()}
    kept = (shelf.articles[ArticleId(name)].model_copy(update=bare) for name in SOME)
    entries = [one.model_dump(mode="json", exclude_defaults=True) for one in kept]
    return yaml.safe_dump(entries, allow_unicode=True, sort_keys=False)


def write_small_base(content: Path, *, labelled: Mapping[str, str] | None = None) -> None:
    """A content folder with these entries, no flows, and labelled messages by their right entry."""
    questions = content / "knowledge" / "questions"
    questions.mkdir(parents=True)
    (content / "flows").mkdir()
    (content / "knowledge" / "2-alliance-partenariat.yaml").write_text(small_chapter(), encoding="utf-8")
    if labelled:
        written = [{"text": text, "id": id, "kind": "typo"} for text, id in labelled.items()]
        (questions / "essai.yaml").write_text(yaml.safe_dump(written, allow_unicode=True), encoding="utf-8")
