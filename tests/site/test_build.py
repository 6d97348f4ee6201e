"""The folder: every link and anchor leads somewhere, the bytes are the same each time, and nothing else is touched."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, unquote, urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright._files import digest
from backwright.app import App
from backwright.catalog.catalog import Catalog
from backwright.cli.main import main
from backwright.errors import PathOutsideRootError
from backwright.settings import Settings
from backwright.site.build import LISTING, build
from backwright.site.links import file_of, link
from backwright.site.site import Site
from tests.site._pages import Page


def written(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("index.html") if path.is_file()]


def broken(pages: Mapping[str, Page], *, known: frozenset[str] = frozenset()) -> list[str]:
    """The links, by file, that lead to no page or to no place in it."""
    found = []
    for name, page in pages.items():
        for href in page.links:
            if href.startswith("https://"):
                continue
            path, _, anchor = href.partition("#")
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(path))) if path else name
            there = pages.get(target)
            if there is None and target not in known:
                found.append(f"{name}: {href}")
            elif anchor and there is not None and unquote(anchor) not in there.ids:
                found.append(f"{name}: no place {href}")
    return found


def test_every_link_of_the_folder_leads_to_a_page_and_a_place_in_it(folder: Path) -> None:
    pages = {path.relative_to(folder).as_posix(): Page(path.read_text(encoding="utf-8")) for path in written(folder)}
    assert "skills/sound/1.0.0/references/more.md/index.html" in pages
    assert broken(pages) == []


def test_a_link_to_nowhere_is_found_by_the_check_above() -> None:
    pages = {"index.html": Page('<a href="a/index.html#x">'), "a/index.html": Page('<a id="y" href="../b/index.html">')}
    assert broken(pages) == ["index.html: no place a/index.html#x", "a/index.html: ../b/index.html"]


def test_every_link_of_the_pages_that_ship_leads_to_a_page_and_a_place_in_it() -> None:
    site = Site(App(Settings()).catalog)
    # Files of code have no links, and those of releases were checked when they were what is served.
    shown = [path for path in site.paths if "/assets/" not in path and not _is_release(path)]
    pages = {file_of(path): Page(site.page(path, static=True) or "") for path in shown}
    assert len(pages) > 150
    assert broken(pages, known=frozenset(map(file_of, site.paths))) == []


def _is_release(path: str) -> bool:
    parts = path.split("/")
    return len(parts) > 2 and parts[0] == "skills" and parts[2][0].isdigit()


def test_the_same_catalog_gives_the_same_bytes(folder: Path, catalog: Catalog, tmp_path: Path) -> None:
    again = build(catalog, tmp_path / "again")
    before = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    after = {path.relative_to(again.folder): path.read_bytes() for path in again.folder.rglob("*") if path.is_file()}
    assert before == after
    assert again.files == len(after) - 1


def test_no_page_names_the_folder_that_the_skills_are_in(folder: Path, hostile_pack: Path) -> None:
    assert not [path for path in written(folder) if str(hostile_pack) in path.read_text(encoding="utf-8")]


def test_a_later_build_replaces_what_the_earlier_wrote_and_nothing_else(
    hostile_pack: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    into = tmp_path / "site"
    command = ["docs", "build", "--into", str(into), "--pack", str(hostile_pack), "--json"]
    assert main(command) == 0
    first = json.loads(capsys.readouterr().out)
    (into / "old.html").write_text("of an earlier build")
    (into / "mine.txt").write_text("not of any")
    listing = into / LISTING
    listing.write_text(f"{listing.read_text()}{digest(b'of an earlier build')}  old.html\n")
    assert main(command) == 0
    second = json.loads(capsys.readouterr().out)
    assert (first["removed"], second["removed"]) == (0, 1)
    assert first["pages"] == second["pages"]
    assert not (into / "old.html").exists()
    assert (into / "mine.txt").read_text() == "not of any"


def test_a_folder_that_holds_something_else_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "work.txt").write_text("precious")
    assert main(["docs", "build", "--into", str(tmp_path)]) == 2
    assert "--into" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["work.txt"]


def test_a_listing_that_leads_out_of_the_folder_removes_nothing(catalog: Catalog, tmp_path: Path) -> None:
    into, outside = tmp_path / "site", tmp_path / "outside.txt"
    into.mkdir()
    outside.write_text("precious")
    (into / LISTING).write_text(f"{digest(b'precious')}  ../outside.txt\n")
    with pytest.raises(PathOutsideRootError):
        build(catalog, into)
    assert outside.exists()


SEGMENT = st.text(alphabet="ab.-:?#% ä", min_size=1, max_size=5).filter(lambda part: part not in {".", ".."})
PATH = st.lists(SEGMENT, max_size=4).map("/".join)


@given(PATH, PATH)
def test_a_link_leads_where_it_says_from_any_page_at_any_prefix(source: str, target: str) -> None:
    for prefix in ("http://127.0.0.1/", "http://127.0.0.1/a/b/"):
        at = prefix + "/".join(_quoted(source))
        served = urlsplit(urljoin(at, link(source, target, static=False)))
        assert unquote(served.path) == unquote(urlsplit(prefix).path) + target
        at = prefix + "/".join(_quoted(file_of(source)))
        written = urlsplit(urljoin(at, link(source, target, static=True)))
        assert unquote(written.path) == unquote(urlsplit(prefix).path) + file_of(target)


def _quoted(path: str) -> list[str]:
    return [quote(part) for part in path.split("/")]
