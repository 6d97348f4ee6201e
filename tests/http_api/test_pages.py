from __future__ import annotations

import pytest

from tests.http_api._raw import Answer, headers, send


def get(port: int, path: str, verb: str = "GET", **changed: str) -> Answer:
    given = {name.replace("_", "-"): value for name, value in changed.items()}
    return send(port, {**headers(b"", port), **given}, request=f"{verb} {path}")


@pytest.mark.parametrize(
    "path", ["/", "/skills/alpha", "/skills/alpha/1.0.0", "/rules", "/rules/BW101", "/problems", "/docs"]
)
def test_a_page_is_html_that_may_load_nothing_and_be_framed_by_nobody(port: int, path: str) -> None:
    answer = get(port, path)
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; ")
    assert answer.headers["content-security-policy"].endswith("frame-ancestors 'none'")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert b"<h1" in answer.body


def test_whoever_has_a_page_is_not_sent_it_again(port: int) -> None:
    first = get(port, "/skills/alpha")
    etag = first.headers["etag"]
    for known in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        again = get(port, "/skills/alpha", if_none_match=known)
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", etag)
    assert get(port, "/skills/alpha", if_none_match='"other"').body == first.body
    assert get(port, "/skills/beta").headers["etag"] != etag


def test_a_search_is_answered_by_the_server(port: int) -> None:
    answer = get(port, "/?q=asyncio+tasks")
    assert answer.status == 200
    assert b'href="skills/alpha"' in answer.body
    assert b"<script>alert" not in get(port, "/?q=%3Cscript%3Ealert(1)%3C/script%3E").body


@pytest.mark.parametrize(
    "path", ["/skills/none", "/skills/alpha/..%2f..%2fetc", "/rules/BW000", "/docs/none", "/skills/a%00b"]
)
def test_what_is_not_served_has_a_page_that_says_so(port: int, path: str) -> None:
    answer = get(port, path)
    assert answer.status == 404
    assert b"There is no such page" in answer.body
    assert "etag" not in answer.headers


@pytest.mark.parametrize(
    ("path", "leads"),
    [
        ("/skills", "./"),
        ("/skills/", "../"),
        ("/skills/alpha/", "../alpha"),
        ("/rules/", "../rules"),
        ("/rules//", "../rules"),
    ],
)
def test_a_slash_at_the_end_is_sent_away_within_this_host(port: int, path: str, leads: str) -> None:
    answer = get(port, path)
    assert (answer.status, answer.headers["location"]) == (308, leads)


def test_pages_are_read_only(port: int) -> None:
    assert get(port, "/", "HEAD").status == 200
    assert get(port, "/", "HEAD").body == b""
    answer = get(port, "/", "DELETE")
    assert answer.status == 405


def test_a_page_of_another_origin_may_not_read_it(port: int) -> None:
    assert get(port, "/", origin="http://evil.example").status == 403
    assert get(port, "/", host="evil.example").status == 421
