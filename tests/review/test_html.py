"""The HTML report: inert whatever a diff holds, readable by machine and eye, and right in a real browser."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.review.checklist import ItemStatus, JudgementQuestion, Status
from backwright.review.diagnostic import Diagnostic, Location, Suggestion
from backwright.review.diff import Diff, FileDiff, FileStatus, Hunk, Line, LineKind
from backwright.review.formats import html
from backwright.review.formats._highlight import highlighted
from backwright.review.formats._html_code import AROUND
from backwright.review.report import EvidenceLine, OpenQuestion, Report, Suppressed, Unchecked
from tests.review import _chromium
from tests.review._make import diff_of
from tests.review._reference import FINDINGS, REFERENCE, REFERENCE_DIFF

PAGE = html.FORMAT.render(REFERENCE, REFERENCE_DIFF)
STYLE = files("backwright.review.formats").joinpath("_html.css").read_text(encoding="utf-8")
XSS = st.sampled_from(
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "'><svg/onload=alert(1)>",
        "</style><script>alert(1)</script>",
        "</title></head><body onload=alert(1)>",
        "javascript:alert(1)",
        "<!-- --><iframe src=//e.example>",
        "&lt;b&gt; &amp; `<i>`",
        "`<b>` ``<i>``",
    ]
)
HOSTILE = st.one_of(XSS, st.text(max_size=30), st.tuples(st.text(max_size=8), XSS).map("".join))


class _Tags(HTMLParser):
    """The tags of a page with their attributes, the text apart."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.ends: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.ends.append(tag)


def _report(text: str, path: str) -> tuple[Report, Diff]:
    """A report with one entry in each channel, and the diff for it, each made of the given text."""
    finding = FINDINGS[2].model_copy(
        update={
            "name": text,
            "message": text,
            "location": Location(path=path, line=1),
            "suggestion": Suggestion(line=1, end_line=1, replacement=text.replace("\n", " ")),
        }
    )
    asked = JudgementQuestion(ask=text, evidence=text, success=text, failure=text)
    ref = {"skill": "s", "version": "1", "item": "i", "text": text}
    report = Report(
        subject=text,
        basis="full",
        findings=(finding,),
        checklist=(ItemStatus(**ref, status=Status.VIOLATED, detail=text),),
        questions=(OpenQuestion(**ref, question=asked, lines=(EvidenceLine(path=path, line=1, text=text),)),),
        unchecked=(Unchecked(path=path, reason=text),),
        suppressed=(Suppressed(code="BW1", path=path, line=1, reason=text),),
        notes=(text,),
    )
    hunk = Hunk(1, 1, text, (Line(LineKind.ADDED, text, None, 1), Line(LineKind.REMOVED, text, 1, None)))
    return report, Diff((FileDiff(path, path, FileStatus.MODIFIED, (hunk,)),))


def _skeleton(text: str, path: str) -> list[tuple[str, tuple[str, ...]]]:
    """The page's tags and the names of their attributes, without what colours and backticks give to words."""
    page = _Tags(html.FORMAT.render(*_report(text, path)))
    inline = {"span", "code"}
    return [(tag, tuple(given)) for tag, given in page.tags if tag not in inline]


@given(HOSTILE, HOSTILE.filter(bool))
def test_no_text_of_a_diff_ever_becomes_a_tag_or_an_attribute(text: str, path: str) -> None:
    assert _skeleton(text, path) == _skeleton("x", "a.py")


@given(HOSTILE)
def test_words_in_line_carry_a_class_of_ours_and_nothing_else(text: str) -> None:
    page = _Tags(html.FORMAT.render(*_report(text, "a.py")))
    attributes = {(tag, *given) for tag, given in page.tags if tag in {"span", "code"}}
    assert attributes <= {("span", "class"), ("code",)}
    assert {given.get("class") for tag, given in page.tags if tag == "span"} <= {
        *("c", "s", "n", "k", "d", "f", "b"),
        *("name", "count", "from", "said", "badge warning", "badge violated"),
    }


def test_page_fetches_nothing_and_runs_nothing() -> None:
    tags = _Tags(PAGE).tags
    assert {tag for tag, _ in tags} & {"script", "img", "link", "iframe", "object", "form", "base"} == set()
    assert [
        given for _, given in tags if any(name in {"src", "style"} or name.startswith("on") for name in given)
    ] == []
    assert {str(given["href"])[0] for tag, given in tags if tag == "a"} == {"#"}
    assert "url(" not in STYLE
    assert "@import" not in STYLE
    policy = next(str(given["content"]) for tag, given in tags if given.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; style-src 'sha256-")


def test_every_tag_is_closed_and_every_link_leads_somewhere() -> None:
    page = _Tags(PAGE)
    assert sorted(tag for tag, _ in page.tags if tag != "meta") == sorted(page.ends)
    names = [str(given["id"]) for _, given in page.tags if "id" in given]
    assert len(names) == len(set(names))
    targets = {str(given["href"])[1:] for tag, given in page.tags if tag == "a"}
    targets |= {str(given["aria-labelledby"]) for _, given in page.tags if "aria-labelledby" in given}
    assert targets <= set(names)


def test_page_has_landmarks_a_language_and_headings_in_order() -> None:
    tags = _Tags(PAGE).tags
    assert ("html", {"lang": "en"}) in tags
    assert [tag for tag, _ in tags if tag in {"header", "nav", "main", "footer"}] == ["header", "nav", "main", "footer"]
    levels = [int(tag[1]) for tag, _ in tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert [after for before, after in pairwise(levels) if after > before + 1] == []


def _colours(dark: bool) -> dict[str, str]:  # noqa: FBT001  one of two sheets
    sheets = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    return dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6})", sheets[dark]))


def _contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("dark", [False, True])
def test_every_colour_of_text_stands_out_from_every_ground_that_it_is_on(dark: bool) -> None:  # noqa: FBT001  pytest gives it
    colours = _colours(dark)
    grounds = ("page", "card", "callout")
    code = ("text", "gutter", "k", "s", "n", "c", "f", "b", "d")
    pairs = [(text, ground) for text in ("text", "quiet", "link") for ground in grounds]
    pairs += [(text, ground) for text in code for ground in ("card", "add", "remove")]
    pairs += [("on", tone) for tone in ("error", "warning", "info", "good")]
    assert [pair for pair in pairs if _contrast(colours[pair[0]], colours[pair[1]]) < 4.5] == []


def test_both_schemes_name_the_same_colours() -> None:
    assert set(_colours(dark=False)) == set(_colours(dark=True))


def _numbers(page: str) -> list[str]:
    return re.findall(r'<td class="number">(\d+)</td>', page)


def _finding(line: int, path: str = "a.py") -> Diagnostic:
    return FINDINGS[0].model_copy(update={"location": Location(path=path, line=line)})


def test_only_the_lines_around_findings_are_shown_and_overlapping_parts_once() -> None:
    diff = diff_of({"a.py": "".join(f"line{n}\n" for n in range(1, 101))})
    report = Report(basis="full", findings=(_finding(20), _finding(23), _finding(80)))
    expected = [*range(20 - AROUND, 23 + AROUND + 1), *range(80 - AROUND, 80 + AROUND + 1)]
    assert _numbers(html.FORMAT.render(report, diff)) == [str(number) for number in expected]


def test_finding_stands_right_behind_its_line() -> None:
    page = html.FORMAT.render(Report(basis="full", findings=(_finding(2),)), diff_of({"a.py": "one\ntwo\nthree\n"}))
    places = [
        page.index(f"<code>{word}") if word != "two" else page.index("<mark>two") for word in ("one", "two", "three")
    ]
    assert places[0] < places[1] < page.index('id="finding-1"') < places[2]


def test_finding_without_its_lines_is_told_all_the_same() -> None:
    page = html.FORMAT.render(Report(basis="full", findings=(_finding(2),)), Diff(()))
    assert 'id="finding-1"' in page
    assert _numbers(page) == []


def test_secret_in_the_lines_around_a_finding_is_not_shown() -> None:
    assert "9fK2mQ7xV4bN8sT1wZ6c" not in PAGE


def test_findings_over_the_limit_are_counted() -> None:
    report = Report(basis="full", findings=(_finding(1),) * (html.MAX_FINDINGS + 3))
    assert "3 more findings in the JSON report." in html.FORMAT.render(report, Diff(()))


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=20), max_size=8))
def test_coloured_lines_are_as_many_and_say_the_same(given_lines: list[str]) -> None:
    made = highlighted(given_lines)
    texts = [re.sub(r"<[^>]*>", "", line) for line in made]
    for escaped, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#x27;", "'"), ("&amp;", "&")):
        texts = [text.replace(escaped, character) for text in texts]
    assert texts == given_lines


def test_string_over_several_lines_is_coloured_on_each() -> None:
    assert highlighted(['x = """a', "b", '"""'])[1] == '<span class="s">b</span>'


# --- in a browser


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_chromium.Browser]:
    program = _chromium.find()
    if program is None:
        reason = f"no browser: none of {', '.join(_chromium.NAMES)} is on the PATH"
        if os.environ.get(_chromium.REQUIRE) == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with _chromium.browser(program, tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "report.html"
    path.write_text(PAGE, encoding="utf-8")
    return path


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("dark", [False, True])
def test_browser_shows_the_page_in_its_scheme_and_no_wider_than_the_window(
    page: _chromium.Browser,
    file: Path,
    width: int,
    dark: bool,  # noqa: FBT001  pytest gives it
) -> None:
    page.open(file, width=width, dark=dark)
    assert page.value("document.documentElement.scrollWidth") == width
    ground = _colours(dark)["page"]
    expected = f"rgb({int(ground[1:3], 16)}, {int(ground[3:5], 16)}, {int(ground[5:7], 16)})"
    assert page.value("getComputedStyle(document.body).backgroundColor") == expected
    assert page.screenshot().startswith(b"\x89PNG")


def test_browser_makes_no_element_of_what_the_diff_holds(page: _chromium.Browser, file: Path) -> None:
    page.open(file, width=1280, dark=False)
    assert page.value("document.scripts.length + document.images.length") == 0
    assert page.value("document.querySelectorAll('*').length") == len(_Tags(PAGE).tags)
    assert page.value("performance.getEntriesByType('resource').length") == 0


def test_policy_of_the_page_stops_a_script_that_got_in(page: _chromium.Browser, tmp_path: Path) -> None:
    path = tmp_path / "broken.html"
    broken = PAGE.replace(
        "<main>", "<main><script>document.title = 'owned'</script><img src=x onerror=\"document.title = 'owned'\">"
    )
    path.write_text(broken, encoding="utf-8")
    page.open(path, width=1280, dark=False)
    assert page.value("document.scripts.length") == 1
    assert page.value("document.title") == "Review: 1 error, 1 warning, 1 note"


def test_code_starts_right_behind_the_line_numbers(page: _chromium.Browser, file: Path) -> None:
    page.open(file, width=1280, dark=False)
    left = "document.querySelector('{}').getBoundingClientRect().left"
    value = page.value(f"{left.format('.source')} - {left.format('.code')}")
    assert isinstance(value, int | float)
    assert 50 < value < 100


def test_every_part_of_the_page_has_a_name_for_those_who_hear_it(page: _chromium.Browser, file: Path) -> None:
    page.open(file, width=1280, dark=False)
    nodes = page.call("Accessibility.getFullAXTree")["nodes"]
    assert isinstance(nodes, list)
    named = [
        (role["value"], name["value"])
        for node in nodes
        if isinstance(node, dict)
        and isinstance(role := node.get("role"), dict)
        and isinstance(name := node.get("name"), dict)
    ]
    assert ("navigation", "Contents") in named
    assert ("region", "Findings") in named
    assert ("region", "Checklist") in named
    assert [role for role, name in named if role in {"link", "heading", "region", "table", "note"} and not name] == []
