from __future__ import annotations

import pytest

from backwright.observing.pseudonym import pseudonyms
from backwright.observing.requests import Seen, known, request_id, trace_id

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.parametrize(
    "given",
    ["0190b5c2-7c4e-7abc-8def-0123456789ab", "4bf92f3577b34da6a3ce929d0e0e4736", "01ARZ3NDEKTSV4RRFFQ69G5FAV"],
)
def test_an_id_of_a_usual_form_is_taken(given: str) -> None:
    assert request_id(given) == given


@pytest.mark.parametrize(
    "given",
    [None, "", "1", "sk_live_51HxQ2eZvKYlo2C", TRACE + "\n", TRACE.upper(), "a" * 33, "\u0661" * 32, "../../etc"],
)
def test_any_other_id_is_not(given: str | None) -> None:
    assert request_id(given) is None


def test_a_trace_is_taken_from_a_traceparent_and_from_nothing_else() -> None:
    assert trace_id(f"00-{TRACE}-00f067aa0ba902b7-01") == TRACE
    for wrong in (None, 7, "", TRACE, f"00-{TRACE}-00f067aa0ba902b7-01\n", f"00-{'0' * 32}-00f067aa0ba902b7-01"):
        assert trace_id(wrong) == ""


def test_a_name_is_told_only_if_it_is_known() -> None:
    assert known("use_skill", {"use_skill"}) == "use_skill"
    assert known("USE_SKILL", {"use_skill"}) == "other"
    assert known(["use_skill"], {"use_skill"}) == "other"


def test_a_pseudonym_is_the_same_under_the_same_key_and_another_under_another() -> None:
    one, same, other = pseudonyms("k" * 32), pseudonyms("k" * 32), pseudonyms("l" * 32)
    assert one("https://issuer ann") == same("https://issuer ann")
    assert one("https://issuer ann") != one("https://issuer bob")
    assert one("https://issuer ann") != other("https://issuer ann")
    assert "ann" not in one("https://issuer ann")


def test_without_a_key_two_processes_call_a_subject_by_different_names() -> None:
    assert pseudonyms(None)("ann") != pseudonyms(None)("ann")


@pytest.mark.parametrize("code", ["INTERNAL", "-32603"])
def test_an_unforeseen_error_is_a_defect(code: str) -> None:
    seen = Seen("http")
    seen.ended("error", code)
    assert seen.defect


@pytest.mark.parametrize(("status", "defect"), [("503", True), ("500", True), ("404", False), ("429", False)])
def test_a_status_from_500_is_a_defect(status: str, *, defect: bool) -> None:
    seen = Seen("http")
    seen.ended("refused", status)
    assert seen.defect is defect
