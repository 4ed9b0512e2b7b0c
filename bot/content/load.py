"""A content folder -> everything authored, checked, or the list of what is wrong.

Never raises for what authors wrote.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path, PurePosixPath
from typing import TypeVar

from bot.content.authored import AuthoredArticle, AuthoredFlow, Material, merged_profile
from bot.content.check import find_errors, find_warnings
from bot.content.decode_flow import decode_flow
from bot.content.decode_rest import (
    decode_articles,
    decode_phrases,
    decode_planned,
    decode_sources,
    decode_words,
)
from bot.content.document import Document, Listed
from bot.content.media import read_media
from bot.content.problem import NBSP, Problem, in_order
from bot.content.source import read_document
from bot.flows.phrases import Phrases
from bot.flows.shelf import Shelf
from bot.knowledge.article import Words
from bot.model.values import ArticleId, FlowId
from bot.shipped import shipped_content

PHRASES, PLANNED = "flows/phrases.yaml", "flows/planned.yaml"
SOURCES, WORDS = "knowledge/sources.yaml", "knowledge/words.yaml"

_ID = re.compile(r"^\W*id: *([a-z0-9-]+)", re.MULTILINE)
_PROFILE_NAME = re.compile(r"\b(?:person|association)\.[a-z][a-z0-9_]*")

Made = TypeVar("Made")
Problems = tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A content folder as read."""

    problems: Problems
    """Errors first, then (if asked for) warnings; paths are below the folder."""
    material: Material
    """What could be read, broken parts left out."""
    shelf: Shelf | None
    """What the bot looks things up in; None if there is an error."""
    words: Words
    fingerprint: str | None
    """Hash of every file that was read; None if there is an error."""
    media_files: Mapping[str, Path] = field(default_factory=dict)
    """sha256 -> where its bytes lie now."""


@dataclass
class _Reading:
    """What has been read so far."""

    folder: Path
    problems: list[Problem] = field(default_factory=list)
    hashes: dict[str, str] = field(default_factory=dict)
    """Path below the folder -> sha256 of the file."""

    def document(self, path: str) -> Document:
        """One file as a tree; what is wrong with it is noted."""
        try:
            content = (self.folder / path).read_bytes()
        except OSError as error:
            self.problems.append(
                Problem(path, 1, 1, "unreadable", f"fichier illisible{NBSP}: {error.strerror}")
            )
            return Document(path, "", None)
        self.hashes[path] = hashlib.sha256(content).hexdigest()
        document, problems = read_document(path, content)
        self.problems += problems
        return document

    def decoded(self, document: Document, decode: Callable[[Document], tuple[Made, Problems]]) -> Made | None:
        """What a file means; None if it is no tree. What is wrong is noted."""
        if document.root is None:
            return None
        made, problems = decode(document)
        self.problems += problems
        return made

    def files(self, room: str, besides: Iterable[str]) -> list[str]:
        """The YAML files of a folder but for some, by name."""
        found = sorted(
            f"{room}/{path.name}" for path in (self.folder / room).glob("[!.]*.yaml") if path.is_file()
        )
        return [path for path in found if path not in besides]

    def has(self, path: str) -> bool:
        """Whether that file is there."""
        return (self.folder / path).is_file()


def load_library(folder: Path, *, standing: Path | None = None, warn_as_of: date | None = None) -> Loaded:
    """Read and check a content folder.

    Where it has no phrases and word lists of its own, those of the folder `standing` serve (by default the
    shipped content). Warnings cost as much time as all the rest: only `alliances check` asks for them, by
    saying as of which day.
    """
    reading = _Reading(folder)
    material = _read_knowledge(reading, _read_flows(reading))
    material = _with_standing(reading, material, standing)
    media, files, refused = read_media(folder / "flows")
    reading.hashes |= {f"flows/{path}": file.sha256 for path, file in media.items()}
    material = replace(material, media=media)
    problems = [*reading.problems, *refused, *find_errors(material)]
    if not material.flows and not material.articles and not problems:
        problems.append(
            Problem("flows", 1, 1, "no-content", "ni parcours dans flows/, ni fiche dans knowledge/")
        )
    broken = bool(problems)
    if warn_as_of:
        problems += find_warnings(material, warn_as_of)
    shelf = None if broken else _shelf(material)
    fingerprint = None if broken else _hash(sorted(reading.hashes.items()))
    return Loaded(in_order(problems), material, shelf, material.words, fingerprint, files)


def _read_flows(reading: _Reading) -> Material:
    flows: list[AuthoredFlow] = []
    broken: set[str] = set()
    names: set[str] = set()
    for path in reading.files("flows", (PHRASES, PLANNED)):
        document = reading.document(path)
        authored = reading.decoded(document, decode_flow)
        if authored:
            flows.append(authored)
        else:
            broken |= {PurePosixPath(path).stem, document.words(("flow",))} - {""}
            names |= set(_PROFILE_NAME.findall(document.text))
    material = Material(tuple(flows), broken_flows=frozenset(broken), broken_names=frozenset(names))
    if reading.has(PHRASES):
        document = reading.document(PHRASES)
        material = replace(
            material, phrases=reading.decoded(document, decode_phrases), phrases_document=document
        )
    if reading.has(PLANNED):
        document = reading.document(PLANNED)
        planned = reading.decoded(document, decode_planned) or {}
        material = replace(material, planned=planned, planned_document=document)
    return material


def _read_knowledge(reading: _Reading, material: Material) -> Material:
    articles: list[AuthoredArticle] = []
    written: set[str] = set()
    for path in reading.files("knowledge", (SOURCES, WORDS)):
        document = reading.document(path)
        articles += reading.decoded(document, decode_articles) or ()
        written |= _written_ids(document)
    material = replace(material, articles=tuple(articles), broken_articles=frozenset(written))
    if reading.has(SOURCES):
        document = reading.document(SOURCES)
        sources = reading.decoded(document, decode_sources) or {}
        keys = frozenset(document.keys(())) or frozenset(
            re.findall(r"^([a-z0-9-]+):", document.text, re.MULTILINE)
        )
        material = replace(material, sources=sources, broken_sources=keys, sources_document=document)
    if reading.has(WORDS):
        material = replace(material, words=reading.decoded(reading.document(WORDS), decode_words) or Words())
    return material


def _written_ids(document: Document) -> set[str]:
    """Ids of entries, even of a file that is no tree."""
    match document.root:
        case None:
            return set(_ID.findall(document.text))
        case Listed(items=items):
            return {document.words((place, "id")) for place in range(len(items))} - {""}
    return set()


def _with_standing(reading: _Reading, material: Material, standing: Path | None) -> Material:
    """What an association need not write again: the phrases and the word lists."""
    missing = [path for path in (PHRASES, WORDS) if not reading.has(path)]
    if not missing:
        return material
    try:
        other = _Reading(standing or shipped_content())
    except FileNotFoundError:
        other = _Reading(reading.folder)
    if WORDS in missing and other.has(WORDS):
        material = replace(material, words=other.decoded(other.document(WORDS), decode_words) or Words())
    if PHRASES in missing:
        phrases = other.decoded(other.document(PHRASES), decode_phrases) if other.has(PHRASES) else None
        if phrases is None or other.problems:
            reading.problems.append(
                Problem(PHRASES, 1, 1, "missing-file", "il manque le fichier des phrases")
            )
        else:
            material = replace(material, phrases=_own_menu(phrases, material))
    reading.hashes |= other.hashes
    return material


def _own_menu(phrases: Phrases, material: Material) -> Phrases:
    """The phrases without the lines of the menu that lead to what this folder does not have."""
    kept = [
        entry
        for entry in phrases.menu
        if entry.command or entry.flow in material.flow_ids or entry.article in material.article_ids
    ]
    return phrases.model_copy(update={"menu": tuple(kept)})


def _shelf(material: Material) -> Shelf | None:
    if material.phrases is None:
        return None
    return Shelf(
        flows={authored.flow.id: authored.flow for authored in material.flows},
        phrases=material.phrases,
        articles={ArticleId(authored.article.id): authored.article for authored in material.articles},
        sources=material.sources,
        planned={FlowId(id): title for id, title in material.planned.items()},
        media=material.media,
        profile=merged_profile(material.flows),
        revisions={authored.flow.id: _hash(authored.document.data) for authored in material.flows},
    )


def _hash(data: object) -> str:
    """16 hexadecimal signs that change with the data, not with comments or layout."""
    return hashlib.sha256(json.dumps(data, ensure_ascii=False).encode()).hexdigest()[:16]
