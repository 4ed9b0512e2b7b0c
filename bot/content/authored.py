"""What was read, with its files: the material of the checks. Broken parts count: one mistake, one line."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.content.document import Document
from bot.content.document import Path as Place
from bot.content.problem import Problem, Severity
from bot.flows.field import Declared
from bot.flows.flow import Flow
from bot.flows.phrases import Phrases
from bot.flows.step import NEXT, Exit, Step
from bot.knowledge.article import Article, Source, Words
from bot.model.message import AttachedFile


class Damaged(Step):
    """Stands for a step that could not be decoded: where it may lead and what it may fill, nothing else."""

    targets: tuple[str, ...] = ()
    fills: tuple[str, ...] = ()
    opaque: bool = False
    """It fills a field whose name cannot be read."""

    def exits(self) -> tuple[Exit, ...]:
        return (Exit(NEXT), *(Exit(target, "goto") for target in self.targets))

    def sets(self) -> Mapping[str, tuple[str | int, ...]]:
        return dict.fromkeys(self.fills, ())


@dataclass(frozen=True)
class AuthoredFlow:
    """A flow and its file."""

    document: Document
    flow: Flow
    whole: bool
    """False: something in it was replaced by a stand-in."""

    def steps(self) -> Iterator[tuple[int, Step]]:
        """Place and step, in reading order."""
        yield from enumerate(self.flow.steps)

    def problem(
        self,
        code: str,
        message: str,
        step: int,
        where: Place = (),
        *,
        key: bool = False,
        offset: int | None = None,
        severity: Severity = "error",
    ) -> Problem:
        """A problem within a step."""
        path = ("steps", step, *where)
        return self.document.problem(code, message, path, key=key, offset=offset, severity=severity)


@dataclass(frozen=True)
class AuthoredArticle:
    """An entry of the knowledge base, its file and its place there."""

    document: Document
    place: int
    article: Article

    def problem(self, code: str, message: str, where: Place = (), *, severity: Severity = "error") -> Problem:
        """A problem within the entry."""
        return self.document.problem(code, message, (self.place, *where), severity=severity)


@dataclass(frozen=True)
class Material:
    """All that the rules look at."""

    flows: tuple[AuthoredFlow, ...] = ()
    articles: tuple[AuthoredArticle, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)
    words: Words = field(default_factory=Words)
    phrases: Phrases | None = None
    planned: Mapping[str, str] = field(default_factory=dict)
    media: Mapping[str, AttachedFile] = field(default_factory=dict)
    phrases_document: Document | None = None
    """None: the phrases came with the program."""
    planned_document: Document | None = None
    sources_document: Document | None = None
    broken_flows: frozenset[str] = frozenset()
    """Ids of flows whose file could not be read."""
    broken_names: frozenset[str] = frozenset()
    """Profile fields that such a file mentions."""
    broken_articles: frozenset[str] = frozenset()
    broken_sources: frozenset[str] = frozenset()

    @property
    def flow_ids(self) -> frozenset[str]:
        """Every flow that exists, even if it is broken."""
        return self.broken_flows | {authored.flow.flow for authored in self.flows}

    @property
    def article_ids(self) -> frozenset[str]:
        """Every article that exists, even if it is broken."""
        return self.broken_articles | {authored.article.id for authored in self.articles}

    def flow(self, id: str) -> AuthoredFlow | None:
        """The flow of that id; None if it does not exist or could not be read."""
        return next((authored for authored in self.flows if authored.flow.flow == id), None)


def merged_profile(flows: tuple[AuthoredFlow, ...]) -> Mapping[str, Declared]:
    """Profile fields of all flows; one that is asked somewhere goes before one that is only computed."""
    profile: dict[str, Declared] = {}
    for authored in flows:
        for name, declared in authored.flow.declared.items():
            if "." in name and (name not in profile or profile[name].type == "computed"):
                profile[name] = declared
    return profile
