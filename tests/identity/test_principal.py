"""Whose a request is: the one caller that both surfaces make of a token, or of none."""

from __future__ import annotations

import pytest

from backwright.contexts.context import LOCAL
from backwright.identity.principal import SCOPE_KEY, Principal, caller_for, principal_in

ANN = Principal("https://id.example", "ann", frozenset({"contexts:read"}))
TRACE = f"00-{'a' * 32}-{'b' * 16}-01"


def test_a_principal_is_named_by_its_issuer_and_its_subject() -> None:
    other = Principal("https://id.other", "ann", frozenset())
    assert ANN.name == "https://id.example#ann"
    assert len({ANN.name, other.name, ANN.holder, other.holder}) == 4


def test_whom_a_token_speaks_for_is_not_the_user_of_this_machine() -> None:
    caller = caller_for(ANN, client="ci/1", request_id="7", traceparent=TRACE)
    assert (caller.subject, caller.local) == ("https://id.example#ann", False)
    assert (caller.client, caller.request_id, caller.traceparent) == ("ci/1", "7", TRACE)


def test_without_a_token_it_is() -> None:
    assert caller_for(None) == LOCAL


@pytest.mark.parametrize("given", [None, 7, "", "00-x", TRACE.upper(), TRACE + "\n"])
def test_what_is_no_trace_context_is_left_out(given: object) -> None:
    assert caller_for(None, traceparent=given).traceparent is None


def test_what_a_client_says_of_itself_is_made_visible_and_short() -> None:
    caller = caller_for(ANN, client="evil\x1b[31m" + "x" * 200, request_id="a\nb")
    assert "\x1b" not in caller.client
    assert "\n" not in caller.request_id
    assert caller_for(ANN, client="x" * 200).client == caller_for(ANN, client="x" * 300).client


def test_only_a_principal_is_taken_from_a_request() -> None:
    assert principal_in({SCOPE_KEY: ANN}) is ANN
    assert principal_in({SCOPE_KEY: "https://id.example#ann"}) is None
    assert principal_in({}) is None
