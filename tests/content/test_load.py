"""Loading a folder: what makes a revision, what is borrowed, what is kept when something is wrong."""

from pathlib import Path

from bot.content.load import load_library
from bot.model.values import FlowId

SHIPPED = Path(__file__).parents[2]
HEAD = "flow: {0}\ntitle: A\nformat: 1\nsteps:\n"
FLOW = f"{HEAD.format('a')}  - say: Bonjour.\n    picture: {{file: media/b.png, alt: Un schéma}}\n"


def _folder(root: Path, flow: str = FLOW) -> Path:
    (root / "flows" / "media").mkdir(parents=True, exist_ok=True)
    (root / "flows" / "media" / "b.png").write_bytes(b"\x89PNG")
    (root / "flows" / "a.yaml").write_text(flow, encoding="utf-8")
    return root


def test_the_shipped_content_loads() -> None:
    loaded = load_library(SHIPPED)
    assert loaded.problems == ()
    assert loaded.shelf is not None
    assert {"faire-connaissance", "alliance-ou-partenariat"} <= loaded.shelf.flows.keys()
    assert len(loaded.shelf.articles) >= 40


def test_a_folder_without_phrases_borrows_them_without_the_menu_of_others(tmp_path: Path) -> None:
    loaded = load_library(_folder(tmp_path), standing=SHIPPED)
    assert loaded.shelf is not None
    assert loaded.shelf.phrases.phrases
    assert all(entry.command for entry in loaded.shelf.phrases.menu)


def test_without_any_phrases_the_file_is_missed(tmp_path: Path) -> None:
    loaded = load_library(_folder(tmp_path), standing=tmp_path)
    assert [(found.path, found.code) for found in loaded.problems] == [("flows/phrases.yaml", "missing-file")]


def test_comments_change_the_fingerprint_but_not_the_revision(tmp_path: Path) -> None:
    before = load_library(_folder(tmp_path), standing=SHIPPED)
    after = load_library(_folder(tmp_path, f"# bonjour\n{FLOW}"), standing=SHIPPED)
    changed = load_library(_folder(tmp_path, FLOW.replace("Bonjour", "Bonsoir")), standing=SHIPPED)
    assert before.shelf and after.shelf and changed.shelf
    assert before.fingerprint != after.fingerprint
    assert before.shelf.revisions == after.shelf.revisions != changed.shelf.revisions


def test_media_have_a_hash_and_a_place(tmp_path: Path) -> None:
    loaded = load_library(_folder(tmp_path), standing=SHIPPED)
    assert loaded.shelf is not None
    file = loaded.shelf.media["media/b.png"]
    assert (file.name, file.media_type) == ("b.png", "image/png")
    assert loaded.media_files[file.sha256].read_bytes() == b"\x89PNG"


def test_an_unknown_sort_of_medium_is_refused(tmp_path: Path) -> None:
    (_folder(tmp_path) / "flows" / "media" / "c.exe").write_bytes(b"MZ")
    loaded = load_library(tmp_path, standing=SHIPPED)
    assert [(found.path, found.code) for found in loaded.problems] == [("flows/media/c.exe", "media-type")]


def test_profile_fields_of_all_flows_come_together(tmp_path: Path) -> None:
    field = "    field: {name: person.town, type: text, max: 40}\n"
    asks = f"{HEAD.format('b')}  - id: q\n    ask: Votre ville ?\n{field}"
    _folder(tmp_path)
    (tmp_path / "flows" / "b.yaml").write_text(asks, encoding="utf-8")
    shows = FLOW.replace("Bonjour.", "Vous vivez à {person.town}.")
    (tmp_path / "flows" / "a.yaml").write_text(shows, encoding="utf-8")
    loaded = load_library(tmp_path, standing=SHIPPED)
    assert loaded.shelf is not None, loaded.problems
    assert loaded.shelf.profile["person.town"].type == "text"
    assert FlowId("b") in loaded.shelf.flows


def test_an_unreadable_file_is_a_problem_not_an_exception(tmp_path: Path) -> None:
    _folder(tmp_path)
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "knowledge" / "1-un.yaml").symlink_to(tmp_path / "gone.yaml")
    (tmp_path / "knowledge" / "2-deux.yaml").mkdir()
    assert load_library(tmp_path, standing=SHIPPED).shelf is not None
