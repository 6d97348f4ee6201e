"""Old debt: what the file gave before is not reported, and what is new beside it is."""

from __future__ import annotations

import pytest

from backwright.review.debt import scope_of
from backwright.review.detect import FEW
from backwright.review.diff import parse_diff
from backwright.review.engine import Options, review
from tests.review._make import diff_text, places, report_of

PATH = "app/x.py"


def _both(new: str, old: str) -> list[list[tuple[str, str, int]]]:
    """What is found with both files at hand, and from the diff alone."""
    alone = review(parse_diff(diff_text(PATH, new, old).encode()))
    return [places(report_of({PATH: new}, {PATH: old})), places(alone)]


def test_line_that_is_only_touched_gives_no_finding_in_either_mode() -> None:
    old = "import requests\n\n\ndef f() -> None:\n    requests.get(URL)\n"
    new = old.replace("URL", "OTHER_URL")
    assert _both(new, old) == [[], []]


def test_second_defect_beside_an_old_one_is_reported() -> None:
    old = "def f() -> None:\n    print('a')\n"
    new = "def f() -> None:\n    print('a')\n    print('b')\n"
    assert _both(new, old) == [[("T201", PATH, 3)], [("T201", PATH, 3)]]


def test_second_defect_is_reported_where_the_old_one_is_touched_as_well() -> None:
    old = "def f() -> None:\n    print('a')\n"
    new = "def f() -> None:\n    print('c')\n    print('b')\n"
    assert _both(new, old) == [[("T201", PATH, 3)], [("T201", PATH, 3)]]


def test_defect_that_is_mended_here_and_made_elsewhere_is_reported() -> None:
    filler = "".join(f"x{number} = {number}\n" for number in range(12))
    old = f"def f() -> None:\n    print('a')\n\n\n{filler}\n\ndef g() -> None:\n    pass\n"
    new = f"def f() -> None:\n    log('a')\n\n\n{filler}\n\ndef g() -> None:\n    print('b')\n"
    assert _both(new, old) == [[("T201", PATH, 20)], [("T201", PATH, 20)]]


def test_moved_line_is_old() -> None:
    filler = "".join(f"x{number} = {number}\n" for number in range(12))
    old = f"def f() -> None:\n    print('a')\n\n\n{filler}"
    new = f"{filler}\n\ndef g() -> None:\n    if x1:\n        print('a')\n"
    assert _both(new, old) == [[], []]


def test_line_added_to_an_old_call_of_several_lines_gives_nothing() -> None:
    old = "import requests\n\n\ndef f() -> None:\n    requests.get(\n        URL,\n    )\n"
    new = old.replace("        URL,\n", "        URL,\n        headers=HEADERS,\n")
    assert _both(new, old) == [[], []]


def test_parameter_added_to_an_untyped_signature_is_the_only_finding() -> None:
    old = "def f(a) -> None:\n    pass\n"
    new = "def f(a, b) -> None:\n    pass\n"
    assert _both(new, old) == [[("ANN001", PATH, 1)], [("ANN001", PATH, 1)]]
    (finding,) = report_of({PATH: new}, {PATH: old}).findings
    assert "`b`" in finding.message


def test_another_secret_in_the_place_of_an_old_one_is_reported() -> None:
    old = 'TOKEN = "ghp_' + "a1B2" * 9 + '"\n'
    new = 'TOKEN = "ghp_' + "c3D4" * 9 + '"\n'
    assert _both(new, old) == [[("BW401", PATH, 1)], [("BW401", PATH, 1)]]


def test_what_is_left_out_is_counted_and_said() -> None:
    old = "def f() -> None:\n    print('a')\n"
    report = report_of({PATH: old.replace("'a'", "'b'")}, {PATH: old})
    assert report.stats.touched == 1
    assert any("only touched" in note and note.endswith(": 1") for note in report.notes)


def test_old_file_that_is_not_the_one_of_the_diff_explains_nothing() -> None:
    old = "def f() -> None:\n    pass\n"
    new = "def f() -> None:\n    print('a')\n"
    diff = parse_diff(diff_text(PATH, new, old).encode())
    report = review(diff, read_new={PATH: new.encode()}.get, read_old=lambda _: new.encode())
    assert places(report) == [("T201", PATH, 2)]


def test_old_file_that_does_not_parse_leaves_its_hunks() -> None:
    old = "import requests\n\nrequests.get(URL)\n\n\n\n\n\nx = = 1\n"
    new = old.replace("URL", "OTHER_URL").replace("= =", "=")
    assert places(report_of({PATH: new}, {PATH: old})) == []


@pytest.mark.parametrize(
    ("line", "scope"),
    [(1, "A"), (2, "A"), (4, "A.f"), (5, "A.f"), (6, "A.f"), (7, "A.f"), (8, "A.f"), (10, None), (11, "g"), (12, "g")],
)
def test_scope_is_read_from_the_indentation(line: int, scope: str | None) -> None:
    text = (
        "class A:\n    x = 1\n\n    @deco\n    async def f(\n        self,\n    ) -> None:\n        pass\n\n"
        "y = 2\ndef g():\n    pass\n"
    )
    assert scope_of(dict(enumerate(text.split("\n"), 1)), line) == scope


def test_in_a_large_change_old_debt_is_told_from_new_as_in_a_small_one() -> None:
    new, old = {}, {}
    for number in range(FEW + 1):
        path = f"app/m{number}.py"
        old[path] = "def f(a):\n    try:\n        g(a)\n    except:\n        pass\n"
        new[path] = old[path].replace("except:", "except:  # as ever") if number else old[path] + "\n\neval(a)\n"
    report = report_of(new, old, Options(rules=()))
    assert {(code, path) for code, path, _ in places(report)} == {("S307", "app/m0.py")}
    assert report.stats.touched >= FEW
