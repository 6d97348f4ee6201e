"""Each folder under `dialects/` holds one foreign skill, a folder or a file, and what must become of it.

A value of `has` or `metadata` must be there; lists and texts must be equal; `repairs` are CODE:line, in order.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from skills_ref.validator import validate  # type: ignore[import-untyped]  # it ships no types

from backwright.catalog.dialects._draft import Repair
from backwright.catalog.dialects._sentences import EVIDENCE, RULES, decided_by
from backwright.catalog.foreign import find_foreign, read_foreign
from backwright.catalog.importing import Imported, import_foreign, repairs
from backwright.catalog.loader import load_skill
from backwright.catalog.skill import ChecklistItem, Skill
from backwright.review.engine import all_rules
from backwright.review.evidence import EVIDENCE as FACTS
from backwright.review.ruff_codes import CODES

DIALECTS = Path(__file__).parent / "dialects"
NAMES = sorted(path.name for path in DIALECTS.iterdir() if path.is_dir())


def imported(name: str) -> Imported:
    (source,) = [path for path in (DIALECTS / name).iterdir() if path.name != "expected.yaml"]
    return import_foreign(read_foreign(source, source.name))


def expected(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DIALECTS / name / "expected.yaml").read_text(encoding="utf-8"))
    return found


def decision(item: ChecklistItem) -> str:
    if item.rules:
        return " ".join(item.rules)
    return item.evidence or f"? {item.question.ask if item.question else ''}".split(":", 1)[0]


def write(skill: Skill, root: Path) -> Path:
    for file in skill.files:
        path = root / skill.name / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
    return root / skill.name


def found_of(done: Imported) -> dict[str, Any]:
    skill = done.skill
    return {
        "name": skill.name,
        "version": skill.version,
        "description": skill.description,
        "keywords": list(skill.keywords),
        "strong": list(skill.triggers.strong),
        "weak": list(skill.triggers.weak),
        "checklist": {item.id: decision(item) for item in skill.checklist},
        "repairs": [f"{problem.code}:{problem.line or '-'}" for problem in done.repairs],
        "files": [file.path for file in skill.files],
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_dialect_becomes_the_skill_that_its_folder_says_with_each_repair_on_its_line(name: str) -> None:
    done, wanted = imported(name), expected(name)
    has, metadata = wanted.pop("has", []), wanted.pop("metadata", {})
    found = found_of(done)
    assert {key: found[key] for key in wanted} == wanted
    assert [text for text in has if text not in done.skill.body] == []
    notes = done.skill.frontmatter["metadata"]
    assert isinstance(notes, dict)
    assert {key: notes.get(key) for key in metadata} == metadata


@pytest.mark.parametrize("name", NAMES)
def test_what_is_imported_is_taken_by_the_strict_loader_and_by_the_official_validator(
    name: str, tmp_path: Path
) -> None:
    skill = imported(name).skill
    folder = write(skill, tmp_path)
    assert load_skill(folder) == skill
    assert validate(folder) == []


@pytest.mark.parametrize("name", NAMES)
def test_an_import_is_served_as_it_is_when_it_is_imported_again(name: str, tmp_path: Path) -> None:
    skill = imported(name).skill
    again = import_foreign(read_foreign(write(skill, tmp_path), skill.name))
    assert (again.skill, again.repairs) == (skill, ())


@pytest.mark.parametrize("name", NAMES)
def test_the_original_bytes_are_a_file_of_the_skill_or_its_skill_md(name: str) -> None:
    (source,) = [path for path in (DIALECTS / name).iterdir() if path.name != "expected.yaml"]
    done = imported(name)
    files = sorted(path for path in source.rglob("*") if path.is_file()) if source.is_dir() else [source]
    kept = {file.data for file in done.skill.files}
    assert [path.name for path in files if path.read_bytes() not in kept] == []


def test_every_repair_is_shown_by_a_dialect() -> None:
    shown = {repair.partition(":")[0] for name in NAMES for repair in expected(name)["repairs"]}
    assert {repair.code for repair in repairs()} - shown == set()


def test_repairs_run_in_the_order_of_their_stages() -> None:
    stages = [repair.stage for repair in repairs()]
    assert stages == sorted(stages)
    assert all(isinstance(repair, Repair) for repair in repairs())


def test_the_fixtures_are_found_as_a_folder_of_skills() -> None:
    found = [path.name for path in find_foreign(DIALECTS / "strict")]
    assert found == ["queue-workers"]


@pytest.mark.parametrize(
    ("sentence", "decided"),
    [
        ("Hardcoded secrets", ("BW401",)),
        ("Bare `except: pass` hides errors", ("E722", "S110")),
        ("Never block the event loop", ("BW101", "BW102", "ASYNC210", "ASYNC212", "ASYNC251")),
        ("Mutable default arguments (`def f(items=[])`)", ("B006",)),
        ("Every network call needs a timeout", ("BW601", "S113")),
        ("Tests were added for the route", "tests_changed"),
        ("Business logic in route handlers", None),
        ("Missing input validation", None),
        ("Keep functions small", None),
        ("Requests are validated by Pydantic", None),
        ("The exception handler is tested", None),
        ("No secrets to keep from the team: share what you know", None),
        ("Tests are fast", None),
        ("Print the report", None),
    ],
)
def test_a_sentence_is_decided_by_rules_only_where_it_plainly_says_what_they_do(
    sentence: str, decided: tuple[str, ...] | str | None
) -> None:
    rules, fact = decided_by(sentence)
    assert (rules or fact) == decided


def test_the_table_of_sentences_names_rules_and_facts_of_the_review() -> None:
    known = {rule.code for rule in all_rules()} | set(CODES)
    assert {code for _, codes in RULES for code in codes} - known == set()
    assert {fact for _, fact in EVIDENCE} - set(FACTS) == set()
