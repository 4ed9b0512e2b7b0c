"""The French stemmer of snowballstemmer without the 35 other languages that its package imports."""

import sys
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Protocol, cast

_ALONE = "_snowball_french"
"""The package under a name of ours; its own name stays free for whoever imports the whole of it."""


class Stemmer(Protocol):
    """What a grammar of Snowball offers; it keeps the word that it is working on."""

    def stemWord(self, word: str) -> str: ...


def french_stemmer() -> Stemmer:
    """Snowball's grammar of French, in pure Python whatever else is installed.

    The package's `__init__` imports every grammar (4 MiB, 20 ms at each start), and another stemmer where
    PyStemmer is installed. So its folder becomes a package that has no `__init__`.
    """
    spec = find_spec("snowballstemmer")  # looks it up, imports nothing
    assert spec is not None and spec.submodule_search_locations
    package = ModuleType(_ALONE)
    package.__path__ = list(spec.submodule_search_locations)
    sys.modules.setdefault(_ALONE, package)
    return cast(Stemmer, import_module(f"{_ALONE}.french_stemmer").FrenchStemmer())
