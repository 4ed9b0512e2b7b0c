"""Strict reading of YAML: a file's bytes -> a Document and every problem of its spelling.

The tree is built from libyaml's events in a loop of our own, so that nesting, aliases and tags are refused
before anything recursive sees them (`yaml.compose` of 30,000 nested `[` crashes the interpreter).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from bot.content.document import Document, Keyed, Leaf, Listed, Node
from bot.content.problem import NBSP, Mark, Problem, quote

MAX_BYTES = 5 * 1024 * 1024
MAX_DEPTH = 20

_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)
"""Control characters, line ends that editors do not show, and signs that turn the reading direction."""

_SYNTAX = (
    ("mapping values are not allowed", f"deux-points inattendu{NBSP}: mettez ce texte entre guillemets"),
    (
        "could not find expected ':'",
        f"ligne sans «{NBSP}:{NBSP}»{NBSP}: il manque une clé, ou des guillemets autour du texte",
    ),
    (
        "did not find expected key",
        f"clé attendue ici{NBSP}: vérifiez le retrait de la ligne et les guillemets",
    ),
    ("did not find expected '-'", f"«{NBSP}-{NBSP}» attendu ici{NBSP}: vérifiez le retrait de la ligne"),
    (
        "did not find expected ',' or ']'",
        "crochet «\N{NO-BREAK SPACE}[\N{NO-BREAK SPACE}» non fermé, ou virgule oubliée",
    ),
    (
        "did not find expected ',' or '}'",
        "accolade «\N{NO-BREAK SPACE}{\N{NO-BREAK SPACE}» non fermée, ou virgule oubliée",
    ),
    (
        "did not find expected node content",
        f"valeur attendue ici{NBSP}: virgule, crochet ou accolade en trop",
    ),
    ("cannot start any token", f"ce signe ne peut pas commencer un texte{NBSP}: mettez-le entre guillemets"),
    ("unexpected end of stream", "guillemet ouvert et jamais fermé"),
    (
        "unknown escape character",
        "«\N{NO-BREAK SPACE}\\\N{NO-BREAK SPACE}» inattendu entre guillemets doubles",
    ),
    (
        "sequence entries are not allowed",
        f"«{NBSP}-{NBSP}» inattendu ici{NBSP}: vérifiez le retrait de la ligne",
    ),
    ("did not find expected <document start>", f"texte inattendu{NBSP}: vérifiez le retrait de la ligne"),
    ("mapping keys are not allowed", "«\N{NO-BREAK SPACE}?\N{NO-BREAK SPACE}» inattendu"),
)
"""What libyaml says (a part of it) -> what an author reads."""


class _Refused(Exception):
    """The file cannot be read any further."""


@dataclass
class _Builder:
    """Builds the tree of one file from events."""

    path: str
    problems: list[Problem] = field(default_factory=list)
    root: Node | None = None
    _open: list[Listed | Keyed] = field(default_factory=list)
    _keys: list[Leaf | None] = field(default_factory=list)
    """For each open node: the key whose value comes next."""
    _documents: int = 0

    def take(self, event: yaml.Event) -> None:
        """Add one event to the tree."""
        match event:
            case yaml.AliasEvent():
                self._stop(
                    event, "alias", f"les alias (*{event.anchor}) ne sont pas permis{NBSP}: recopiez le texte"
                )
            case yaml.ScalarEvent():
                self._plain_only(event)
                self._scalar(event)
            case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                self._plain_only(event)
                self._collection(event)
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                self._open.pop()
                self._keys.pop()
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    self._stop(
                        event,
                        "several-documents",
                        f"un seul document par fichier{NBSP}: retirez «{NBSP}---{NBSP}»",
                    )

    def _plain_only(self, event: yaml.NodeEvent) -> None:
        if event.anchor:
            self._stop(
                event, "alias", f"les ancres (&{event.anchor}) ne sont pas permises{NBSP}: recopiez le texte"
            )
        if getattr(event, "tag", None):
            written = getattr(event, "tag", "").replace("tag:yaml.org,2002:", "!!")
            self._stop(
                event,
                "tag",
                f"les étiquettes ({written}) ne sont pas permises{NBSP}: mettez ce texte entre guillemets",
            )

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        leaf = Leaf(
            event.value, event.style or "", _mark(event), event.start_mark.index if event.start_mark else 0
        )
        parent = self._open[-1] if self._open else None
        if isinstance(parent, Keyed) and self._keys[-1] is None:
            if leaf.text in parent.entries:
                first = parent.entries[leaf.text][0].mark.line
                self._add(event, "duplicate-key", f"clé {quote(leaf.text)} en double (déjà ligne {first})")
            self._keys[-1] = leaf
        else:
            self._place(leaf)

    def _collection(self, event: yaml.CollectionStartEvent) -> None:
        if len(self._open) >= MAX_DEPTH:
            self._stop(event, "too-deep", f"plus de {MAX_DEPTH} niveaux imbriqués")
        if self._open and isinstance(self._open[-1], Keyed) and self._keys[-1] is None:
            self._stop(event, "key-not-text", "une clé est un mot, pas une liste ni un bloc")
        mark = _mark(event)
        node: Listed | Keyed = (
            Listed([], mark) if isinstance(event, yaml.SequenceStartEvent) else Keyed({}, mark)
        )
        self._place(node)
        self._open.append(node)
        self._keys.append(None)

    def _place(self, node: Node) -> None:
        match self._open[-1] if self._open else None:
            case None:
                self.root = node
            case Listed(items=items):
                items.append(node)
            case Keyed(entries=entries):
                key, self._keys[-1] = self._keys[-1], None
                if key is not None:
                    entries.setdefault(key.text, (key, node))

    def _add(self, event: yaml.Event, code: str, message: str) -> None:
        mark = _mark(event)
        self.problems.append(Problem(self.path, mark.line, mark.column, code, message))

    def _stop(self, event: yaml.Event, code: str, message: str) -> None:
        self._add(event, code, message)
        raise _Refused


def read_document(path: str, content: bytes) -> tuple[Document, tuple[Problem, ...]]:
    """A file's tree; its root is None when a problem leaves it unreadable."""
    if len(content) > MAX_BYTES:
        refused = Problem(
            path, 1, 1, "too-large", f"fichier de plus de 5{NBSP}Mio{NBSP}: partagez-le en plusieurs"
        )
        return Document(path, "", None), (refused,)
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        before = content[: error.start].decode()
        mark = Mark(before.count("\n") + 1, len(before) - before.rfind("\n"))
        refused = Problem(
            path, mark.line, mark.column, "not-utf8", "le fichier n'est pas enregistré en UTF-8"
        )
        return Document(path, "", None), (refused,)
    spelling = tuple(_spelling(path, text))
    if text.startswith("\ufeff"):  # the rest is still worth reading
        text = text[1:]
    if any(problem.code != "bom" for problem in spelling):
        return Document(path, text, None), spelling
    root, problems = _build(path, text)
    return Document(path, text, root), (*spelling, *problems)


def _build(path: str, text: str) -> tuple[Node | None, list[Problem]]:
    builder = _Builder(path)
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            builder.take(event)
    except _Refused:
        return None, builder.problems
    except yaml.MarkedYAMLError as error:
        return None, [*builder.problems, _syntax(path, error)]
    if builder.root is None:
        builder.problems.append(Problem(path, 1, 1, "empty-file", "le fichier est vide"))
    return builder.root, builder.problems


def _spelling(path: str, text: str) -> Iterator[Problem]:
    """Signs that do not belong in a content file."""
    if text.startswith("\ufeff"):
        yield Problem(
            path, 1, 1, "bom", f"marque d'ordre des octets{NBSP}: enregistrez en «{NBSP}UTF-8 sans BOM{NBSP}»"
        )
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        if (column := line.find("\t")) >= 0:
            yield Problem(path, number, column + 1, "tab", f"tabulation{NBSP}: mettez des espaces")
        if found := _FORBIDDEN.search(line):
            name = f"U+{ord(found[0]):04X}"
            yield Problem(
                path, number, found.start() + 1, "control-character", f"caractère invisible {name} à retirer"
            )


def _syntax(path: str, error: yaml.MarkedYAMLError) -> Problem:
    told = error.problem or ""
    # An open quote or bracket is worth showing where it was opened, not at the end of the file.
    opened = error.context_mark if "end of stream" in told or "expected ','" in told else None
    mark = opened or error.problem_mark or error.context_mark
    message = next((french for part, french in _SYNTAX if part in told), f"YAML illisible ({told})")
    return Problem(path, mark.line + 1 if mark else 1, mark.column + 1 if mark else 1, "yaml", message)


def _mark(event: yaml.Event) -> Mark:
    found = event.start_mark
    return Mark(found.line + 1, found.column + 1) if found else Mark()
