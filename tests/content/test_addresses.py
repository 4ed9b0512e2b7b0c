"""`alliances check --links`: requests to a local server, what each answer becomes, what is never asked."""

import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bot.content.addresses import AT_ONCE, Probed, Probing, nobody_answers, probe, probe_one
from bot.content.report import Asked, check

SHIPPED = Path(__file__).parents[2]
TODAY = date(2026, 11, 23)


@dataclass
class Site:
    """A local server that answers by a table, and remembers what it was asked."""

    answers: dict[str, tuple[int, str]] = field(default_factory=dict)
    """"METHOD /path" or "/path" -> status and Location."""
    asked: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    busy: Counter[str] = field(default_factory=Counter)
    """Name by which it is asked -> requests under way."""
    busiest: int = 0
    port: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    pause: float = 0.0

    def answer(self, host: str, method: str, path: str) -> tuple[int, str]:
        """What to say; 200 unless the table knows better."""
        with self.lock:
            self.asked.append(f"{method} {path}")
            self.busy[host] += 1
            self.busiest = max(self.busiest, self.busy[host])
        time.sleep(self.pause)
        with self.lock:
            self.busy[host] -= 1
        return self.answers.get(f"{method} {path}") or self.answers.get(path) or (200, "")


@contextmanager
def running(site: Site) -> Iterator[Site]:
    """The site at a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            site.agents.add(self.headers["User-Agent"])
            status, location = site.answer(self.headers["Host"], self.command, self.path)
            if status == 0:
                self.close_connection = True
                return
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_HEAD

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the test says what matters."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def names(host: str, port: int) -> Collection[str]:
    """Every name of example leads here; the others do not exist, or nobody can say."""
    if host.endswith("example"):
        return ("127.0.0.1",)
    if host.endswith("invalid"):
        raise socket.gaierror(socket.EAI_NONAME, "no such host")
    if host == "offline.test":
        raise socket.gaierror(socket.EAI_AGAIN, "no name server")
    return (host,)


def probing(*sites: Site) -> Probing:
    """Only these ports of this machine may be asked."""
    allowed = frozenset(("127.0.0.1", site.port) for site in sites)
    return Probing(timeout=5.0, allowed=allowed, resolve=names)


ANSWERS = {
    "/gone": (410, ""),
    "/missing": (404, ""),
    "HEAD /no-head": (405, ""),
    "HEAD /shy-head": (404, ""),
    "HEAD /cut-head": (0, ""),
    "/cut": (0, ""),
    "/forbidden": (403, ""),
    "/broken": (503, ""),
    "/moved": (301, "/new?a=1"),
    "/moved-twice": (308, "/moved"),
    "/moved-to-nothing": (301, "/missing"),
    "/for-now": (302, "/new"),
    "/for-now-then-moved": (307, "/moved"),
    "/moved-then-for-now": (301, "/for-now"),
    "/round": (302, "/round"),
    "/nowhere": (301, ""),
    "/inside": (302, "http://127.0.0.1:1/secret"),
    "/file": (302, "file:///etc/passwd"),
    "/ill": (302, "http://[oops/"),
    "/accent": (301, "/é".encode().decode("latin-1")),
}
CASES = [
    ("/", "alive", ""),
    ("/une page/é?q=à#bas", "alive", ""),
    ("/gone", "gone", "410"),
    ("/missing", "gone", "404"),
    ("/no-head", "alive", ""),
    ("/shy-head", "alive", ""),
    ("/cut-head", "alive", ""),
    ("/cut", "unclear", "réponse illisible"),
    ("/forbidden", "unclear", "403"),
    ("/broken", "unclear", "503"),
    ("/moved", "moved", "{site}/new?a=1"),
    ("/moved-twice", "moved", "{site}/new?a=1"),
    ("/moved-to-nothing", "gone", "404"),
    ("/for-now", "alive", ""),
    ("/for-now-then-moved", "alive", ""),
    ("/moved-then-for-now", "moved", "{site}/for-now"),
    ("/round", "unclear", "trop de redirections"),
    ("/nowhere", "unclear", "301"),
    ("/inside", "private", "adresse privée"),
    ("/file", "unclear", "ni http ni https"),
    ("/ill", "unclear", "redirection mal écrite"),
    ("/accent", "moved", "{site}/é"),
]


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """The answers above."""
    with running(Site(ANSWERS)) as found:
        yield found


@pytest.mark.parametrize(("path", "state", "detail"), CASES)
def test_what_an_answer_becomes(site: Site, path: str, state: str, detail: str) -> None:
    here = f"http://www.example:{site.port}"
    found = probe_one(here + path, probing(site))
    assert (found.state, found.detail) == (state, detail.replace("{site}", here))


@pytest.mark.parametrize(
    ("address", "state"),
    [
        ("http://site.invalid/", "nowhere"),
        ("http://offline.test/", "silent"),
        ("http://127.0.0.1/", "private"),
        ("http://[::1]/", "private"),
        ("http://[::ffff:10.0.0.1]/", "private"),
        ("http://169.254.169.254/latest", "private"),
        ("http://192.168.1.1/", "private"),
        ("http://224.0.0.1/", "private"),
        ("ftp://www.example/", "unclear"),
        ("http://", "unclear"),
        ("http://[oops/", "unclear"),
        ("http://www.example:port/", "unclear"),
    ],
)
def test_what_is_not_asked(address: str, state: str) -> None:
    assert probe_one(address, Probing(resolve=names)).state == state


def test_a_host_that_refuses_the_line_is_silent() -> None:
    with running(Site()) as gone:
        pass
    assert probe_one(f"http://www.example:{gone.port}/", probing(gone)) == Probed(
        "silent", "pas de connexion"
    )


def test_a_host_that_never_answers_is_left_after_its_time() -> None:
    with running(Site(pause=0.6)) as slow:
        patience = replace(probing(slow), timeout=0.1)
        found = probe_one(f"http://www.example:{slow.port}/", patience)
    assert found == Probed("silent", "pas de réponse à temps")


def test_each_address_is_asked_once_by_head_and_without_personal_data() -> None:
    with running(Site()) as found:
        probe([f"http://www.example:{found.port}/a"] * 3, probing(found))
    assert found.asked == ["HEAD /a"]
    assert found.agents == {"alliances-check/1 (checks that cited sources still exist)"}


def test_a_host_is_never_asked_by_more_than_two_at_once() -> None:
    with running(Site(pause=0.02)) as found:
        one, all_of = (
            f"http://one.example:{found.port}",
            [f"http://{n}.example:{found.port}" for n in range(8)],
        )
        found.answers = {f"/to/{n}": (302, f"{one}/at/{n}") for n in range(8)}
        addresses = [f"{host}/to/{n}" for n, host in enumerate(all_of)] + [f"{one}/{n}" for n in range(8)]
        told = probe(addresses, probing(found))
    assert {one.state for one in told.values()} == {"alive"}
    assert len(found.asked) == 24
    assert found.busiest <= AT_ONCE


@pytest.mark.parametrize(
    ("states", "missing"),
    [
        (["silent", "nowhere", "silent"], True),
        (["silent", "private"], True),
        (["silent", "gone"], False),
        (["nowhere", "alive"], False),
        (["private"], False),
        ([], False),
    ],
)
def test_when_the_network_itself_is_missing(states: list[str], missing: bool) -> None:
    found = {str(number): Probed(state) for number, state in enumerate(states)}  # type: ignore[arg-type]  # states
    assert nobody_answers(found) is missing


ENTRY = """
- id: un
  chapter: 1-un
  audience: benevole
  question: Un seul\N{NO-BREAK SPACE}?
  phrasings: [salle a, salle b, salle c, salle d, bus e, bus f, bus g, bus h]
  answer: Oui.
  status: sourcé
  sources: [bonne, morte, partie, fermee]
  author: équipe
  reviewed: 2026-11-22
"""
SOURCES = """
bonne: {{name: A, address: "{0}/"}}
morte: {{name: B, address: "{0}/missing"}}
partie: {{name: C, address: "{0}/moved"}}
fermee: {{name: D, address: "{0}/forbidden"}}
"""


def _folder(root: Path, host: str) -> Path:
    (root / "knowledge").mkdir()
    (root / "knowledge" / "1-un.yaml").write_text(ENTRY, encoding="utf-8")
    (root / "knowledge" / "sources.yaml").write_text(SOURCES.format(host), encoding="utf-8")
    return root


def test_dead_sources_are_warnings_and_moved_ones_notes_at_their_lines(site: Site, tmp_path: Path) -> None:
    folder = _folder(tmp_path, f"http://www.example:{site.port}")
    asked = Asked(TODAY, standing=SHIPPED, links=probing(site))
    text, status = check([folder], asked, format="json")
    told = [(one["line"], one["code"], one["severity"]) for one in json.loads(text)]
    assert told[:-1] == [
        (3, "dead-source", "warning"),
        (4, "moved-source", "note"),
        (5, "unchecked-source", "note"),
    ]
    assert status == 0
    assert check([folder], asked, strict=True)[1] == 1
    (folder / "knowledge" / "sources.yaml").write_text(
        SOURCES.format(f"http://www.example:{site.port}").replace("/missing", "/"), encoding="utf-8"
    )
    assert check([folder], asked, strict=True)[1] == 0, "notes never fail"


def test_without_links_nothing_is_asked(tmp_path: Path) -> None:
    with running(Site()) as found:
        folder = _folder(tmp_path, f"http://www.example:{found.port}")
        assert check([folder], Asked(TODAY, standing=SHIPPED))[1] == 0
    assert found.asked == []


def test_a_missing_network_is_one_line_and_exit_2(tmp_path: Path) -> None:
    folder = _folder(tmp_path, "http://offline.test")
    text, status = check([folder], Asked(TODAY, standing=SHIPPED, links=Probing(resolve=names)))
    assert status == 2
    assert [line for line in text.splitlines() if "[network]" in line] == [text.splitlines()[0]]
    assert "réseau injoignable\N{NO-BREAK SPACE}: aucune des 4 adresses n'a répondu" in text
    assert "source]" not in text
