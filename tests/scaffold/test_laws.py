"""The laws of plan, apply, undo and recover over generated projects and resources; few, for each plan is real."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from backwright.errors import PlanStaleError, UnsupportedProjectError
from backwright.scaffold import engine
from backwright.scaffold.disk import check_whole, recover
from backwright.scaffold.plan import Plan
from tests.scaffold._projects import HOST, plan, tree, write

Values = dict[str, object]
Files = dict[str, str]

SLOW = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
FEW = settings(SLOW, max_examples=4)

TYPES = ("str", "text", "int", "float", "decimal", "bool", "datetime", "date", "uuid")
NAMES = ("number", "total", "due", "note", "score", "active", "external_ref", "group", "limit", "kind_of")
RESOURCES = ("invoice", "order", "person", "purchase_order", "category", "news_item")


@st.composite
def fields(draw: st.DrawFn) -> list[Values]:
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True))
    made: list[Values] = []
    for name in names:
        field: Values = {"name": name, "type": draw(st.sampled_from(TYPES)), "required": draw(st.booleans())}
        if field["type"] in {"str", "uuid", "date"}:
            field["unique"] = draw(st.booleans())
        made.append(field)
    if draw(st.booleans()):
        made.append({"name": "status", "type": "enum", "choices": ["open", "closed"], "index": draw(st.booleans())})
    return made


@st.composite
def resources(draw: st.DrawFn) -> Values:
    return {
        "resource": draw(st.sampled_from(RESOURCES)),
        "fields": draw(fields()),
        "description": draw(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), max_size=40)),
    }


def _crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


@st.composite
def projects(draw: st.DrawFn) -> Files:
    """Nothing, a little, or an application with its user's own hand in it."""
    kind = draw(st.sampled_from(["empty", "begun", "host", "host"]))
    if kind == "empty":
        return {}
    if kind == "begun":
        return {"pyproject.toml": '[project]\nname = "shop"\nversion = "1"\n', "README.md": "mine", "a/b.txt": "b"}
    files = dict(HOST)
    for path in ("app/main.py", "alembic/env.py", "app/db.py"):
        files[path] += draw(st.sampled_from(["", "\n\n# end", "\n# Grüße, \u4e16\u754c\n"]))
        if draw(st.booleans()):
            files[path] = f"# a line before\n{files[path]}"
        if draw(st.booleans()):
            files[path] = _crlf(files[path])
    return files


@contextmanager
def project(files: Mapping[str, str]) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name, "shop")
        root.mkdir()
        yield write(root, dict(files))


def applied(root: Path, values: Values) -> Plan:
    made = plan(root, values)
    assert made.conflicts == ()
    engine.apply(made, root, expect=made.digest)
    return made


@SLOW
@given(projects(), resources())
def test_undo_after_apply_is_as_if_nothing_had_been(files: Files, values: Values) -> None:
    with project(files) as root:
        before = tree(root)
        applied(root, values)
        engine.undo(root, str(values["resource"]))
        assert tree(root) == before


@SLOW
@given(projects(), resources(), resources())
def test_undo_of_two_in_turn_is_as_if_neither_had_been(files: Files, one: Values, other: Values) -> None:
    assume(one["resource"] != other["resource"])
    with project(files) as root:
        before = tree(root)
        applied(root, one)
        between = tree(root)
        applied(root, other)
        engine.undo(root, str(other["resource"]))
        assert tree(root) == between
        engine.undo(root, str(one["resource"]))
        assert tree(root) == before


@SLOW
@given(projects(), resources())
def test_a_second_plan_is_empty_and_a_second_apply_changes_nothing(files: Files, values: Values) -> None:
    with project(files) as root:
        applied(root, values)
        before = tree(root)
        assert applied(root, values).writes == ()
        assert tree(root) == before


@SLOW
@given(projects(), resources())
def test_apply_writes_what_the_digest_stands_for_and_nothing_else(files: Files, values: Values) -> None:
    with project(files) as root:
        before = tree(root)
        shown = plan(root, values)
        assert tree(root) == before
        assert plan(root, values).digest == shown.digest
        made = applied(root, values)
        assert made.digest == shown.digest
        written = {action.path: (action.after or "").encode() for action in made.writes}
        after = {path: data for path, data in tree(root).items() if data is not None}
        assert after == {path: data for path, data in before.items() if data is not None} | written


def picked(paths: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(paths), min_size=1, max_size=3, unique=True)


@SLOW
@given(projects(), resources(), st.data())
def test_what_a_user_did_anywhere_survives_a_second_apply_and_an_undo(
    files: Files, values: Values, data: st.DataObject
) -> None:
    with project(files) as root:
        applied(root, values)
        there = sorted(
            path for path, text in tree(root).items() if text is not None and not path.startswith(".scaffold")
        )
        # Without a file of its own, such as pyproject.toml, it would be another project.
        made = [path for path in there if path not in files]
        edited = data.draw(picked(there), label="edited")
        deleted = [path for path in data.draw(picked(made), label="deleted") if path not in edited]
        for path in edited:
            text = (root / path).read_bytes().decode()
            (root / path).write_bytes(f"# mine, before\n{text}# mine, after\n".encode())
        for path in deleted:
            (root / path).unlink()
        kept = {path: (root / path).read_bytes() for path in edited}
        again = plan(root, values)
        if not again.conflicts:
            engine.apply(again, root)
        assert {path: (root / path).read_bytes() for path in edited} == kept
        assert [path for path in deleted if (root / path).exists()] == []
        engine.undo(root, str(values["resource"]))
        for path in edited:
            text = (root / path).read_bytes().decode()
            assert text.startswith("# mine, before\n")
            assert text.endswith("# mine, after\n")
            if path not in files:
                continue
            rest = iter(text)
            assert all(character in rest for character in files[path])
            if not deleted and set(edited) <= set(files):
                # The user's own file is as it was, but for what the user did to it. What stays of the scaffold, because
                # the user edited it, may need its lines in there.
                assert text == f"# mine, before\n{files[path]}# mine, after\n"
        assert [path for path in deleted if (root / path).exists()] == []


@SLOW
@given(projects(), resources(), st.data())
def test_without_files_of_its_own_a_project_is_refused_whole_or_keeps_what_its_user_wrote(
    files: Files, values: Values, data: st.DataObject
) -> None:
    with project(files) as root:
        applied(root, values)
        there = sorted(path for path, text in tree(root).items() if text is not None and not path.startswith(".scaff"))
        edited = data.draw(picked(there), label="edited")
        deleted = [path for path in data.draw(picked(there), label="deleted") if path not in edited]
        for path in edited:
            (root / path).write_bytes(b"# mine, before\n" + (root / path).read_bytes() + b"# mine, after\n")
        for path in deleted:
            (root / path).unlink()
        before = tree(root)
        try:
            again = plan(root, values)
        except UnsupportedProjectError:
            assert tree(root) == before
        else:
            if not again.conflicts:
                engine.apply(again, root)
        for path in edited:
            text = (root / path).read_bytes()
            assert text.startswith(b"# mine, before\n")
            assert text.endswith(b"# mine, after\n")


# Kills its own process, as nobody can catch it, before the n-th call that reaches the disk.
WRITER = """
import json, os, signal, sys
from pathlib import Path
from backwright.scaffold.disk import Change, write_all
from backwright.errors import PlanStaleError

left = int(sys.argv[2])

def counted(name, owner):
    real = getattr(owner, name)
    def call(*args, **kwargs):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **kwargs)
    setattr(owner, name, call)

changes = [Change(*each) for each in json.load(open(sys.argv[3], encoding="utf-8"))]
print("ready", flush=True)
sys.stdin.read()
if left:
    for name in ("mkdir", "replace", "unlink", "rmdir", "chmod"):
        counted(name, Path)
    counted("fsync", os)
    counted("open", os)
try:
    write_all(Path(sys.argv[1]), changes)
except PlanStaleError:
    sys.exit(3)
"""


def writer(root: Path, made: Plan, name: str, *, dies_at: int = 0) -> subprocess.Popen[bytes]:
    """A process that writes a plan as soon as its standard input ends; it says when it is ready."""
    changes = root.parent / f"{name}.json"
    changes.write_text(json.dumps([(a.path, a.before, a.after) for a in made.writes]), encoding="utf-8")
    command = [sys.executable, "-c", WRITER, str(root), str(dies_at), str(changes)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n", process.communicate()
    return process


def ended(process: subprocess.Popen[bytes]) -> int:
    _, said = process.communicate(timeout=120)
    assert process.returncode in {0, 3, -signal.SIGKILL}, said.decode()
    return process.returncode


@FEW
@given(projects(), resources(), st.integers(1, 700))
def test_an_apply_that_is_killed_anywhere_can_be_put_back_whole(files: Files, values: Values, call: int) -> None:
    with project(files) as root:
        before = tree(root)
        made = plan(root, values)
        code = ended(writer(root, made, "changes", dies_at=call))
        recover(root)
        check_whole(root)
        after = tree(root)
        written = {action.path: (action.after or "").encode() for action in made.writes}
        if code == 0 or after != before:
            # It had come to its end: all of it is there.
            assert {path: after.get(path) for path in written} == written
        again = plan(root, values)
        engine.apply(again, root)
        assert plan(root, values).writes == ()
        engine.undo(root, str(values["resource"]))
        assert tree(root) == before


@FEW
@given(projects(), resources(), resources())
def test_of_two_processes_that_apply_at_once_one_wins_and_the_other_is_refused(
    files: Files, one: Values, other: Values
) -> None:
    assume(one["resource"] != other["resource"])
    with project(files) as root:
        before = tree(root)
        plans = [plan(root, values) for values in (one, other)]
        writers = [writer(root, made, str(number)) for number, made in enumerate(plans)]
        for each in writers:
            assert each.stdin is not None
            each.stdin.close()
            each.stdin = None
        codes = [ended(each) for each in writers]
        assert sorted(codes) == [0, 3]
        won = plans[codes.index(0)]
        written = {action.path: (action.after or "").encode() for action in won.writes}
        after = {path: data for path, data in tree(root).items() if data is not None}
        assert after == {path: data for path, data in before.items() if data is not None} | written
        lost = plans[codes.index(3)]
        try:
            engine.apply(lost, root)
        except PlanStaleError:
            engine.undo(root, won.resource)
            assert tree(root) == before
            return
        raise AssertionError("a plan of what was there before was applied")
