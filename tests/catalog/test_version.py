"""Versions and ranges: the order of Semantic Versioning 2.0.0, and what each form of a range reaches."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.catalog.version import MAX_LENGTH, Level, Range, Version, parse_request
from backwright.errors import InvalidVersionError

numbers = st.integers(min_value=0, max_value=10**12)
labels = st.from_regex(r"(0|[1-9][0-9]{0,3}|[0-9]{0,2}[A-Za-z-][0-9A-Za-z-]{0,3})", fullmatch=True)
builds = st.from_regex(r"[0-9A-Za-z-]{1,4}", fullmatch=True)
versions = st.builds(
    Version,
    numbers,
    numbers,
    numbers,
    st.lists(labels, max_size=3).map(tuple),
    st.lists(builds, max_size=2).map(tuple),
)

# Clause 11 of the specification, in its own order.
ASCENDING = (
    "0.0.0-0",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "1.9.0",
    "1.10.0",
    "2.0.0--",
    "2.0.0",
    "2.0.1",
    "99999999999999999999.0.0",
)


def test_versions_sort_as_the_specification_orders_them() -> None:
    assert [str(version) for version in sorted(Version.parse(text) for text in reversed(ASCENDING))] == list(ASCENDING)


@pytest.mark.parametrize("text", [*ASCENDING, "1.0.0+build.1", "1.0.0-0A.is.legal+001", "1.0.0-x-y-z.--"])
def test_a_version_is_written_as_it_was_read(text: str) -> None:
    assert str(Version.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1.2",
        "1.2.3.4",
        "v1.2.3",
        "01.2.3",
        "1.02.3",
        "1.2.3-",
        "1.2.3-01",
        "1.2.3-a..b",
        "1.2.3+",
        "1.2.3+a+b",
        "1.2.3 ",
        "1.2.3\n",
        "1.2.-3",
        "\u0661.\u0662.\u0663",
        "1.2.3-é",
        "latest",
        f"1.2.3-{'a' * MAX_LENGTH}",
    ],
)
def test_what_is_no_version_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InvalidVersionError) as refused:
        Version.parse(text)
    assert "1.2.0" in refused.value.hint


def test_builds_do_not_count_in_precedence_but_make_another_version() -> None:
    plain, built = Version.parse("1.0.0"), Version.parse("1.0.0+linux")
    assert plain.precedence == built.precedence
    assert plain != built


@given(versions)
def test_every_version_survives_writing_and_reading(version: Version) -> None:
    text = str(version)
    if len(text) <= MAX_LENGTH:
        assert Version.parse(text) == version


@given(versions, versions, versions)
def test_the_order_is_total_and_agrees_with_equality(one: Version, two: Version, three: Version) -> None:
    assert (one < two) + (two < one) + (one == two) == 1
    if one <= two <= three:
        assert one <= three


REACHED = [
    ("1.2.0", "1.2.0"),
    ("=1.2.0", "1.2.0"),
    ("1.2.0", "1.2.0+any"),
    ("1.2.0+b", "1.2.0+b"),
    ("1", "1.0.0"),
    ("1", "1.99.0"),
    ("1.2", "1.2.9"),
    ("1.x", "1.4.0"),
    ("1.2.*", "1.2.4"),
    ("1.*.*", "1.4.2"),
    ("^1.2", "1.9.0"),
    ("^0.2.3", "0.2.9"),
    ("^0.0.3", "0.0.3"),
    ("^0.0", "0.0.9"),
    ("^0", "0.9.9"),
    ("~1.2", "1.2.9"),
    ("~1.2.3", "1.2.9"),
    ("~1", "1.9.0"),
    (">=1.2,<2", "1.2.0"),
    (">=1.2 <2", "1.99.99"),
    (">= 1.2 , < 2", "1.5.0"),
    ("<2", "0.0.1"),
    ("<=1", "1.9.9"),
    (">1", "2.0.0"),
    (">1.2.0", "1.2.1"),
    ("*", "7.0.0"),
    ("latest", "7.0.0"),
    ("1.0.0-rc.1", "1.0.0-rc.1"),
    (">=1.0.0-rc.1", "1.0.0-rc.2"),
    ("^1.0.0-rc.1", "1.0.0"),
    ("v1.2", "1.2.9"),
    ("^v1.2.0", "1.3.0"),
    ("~=1.2", "1.9.0"),
    ("~=1.2.3", "1.2.9"),
]


@pytest.mark.parametrize(("wanted", "version"), REACHED)
def test_a_range_reaches(wanted: str, version: str) -> None:
    assert Range.parse(wanted).allows(Version.parse(version))


NOT_REACHED = [
    ("1.2.0", "1.2.1"),
    ("1.2.0+b", "1.2.0+c"),
    ("1", "2.0.0"),
    ("1.2", "1.3.0"),
    ("^1.2", "1.1.9"),
    ("^1.2", "2.0.0"),
    ("^0.2.3", "0.3.0"),
    ("^0.0.3", "0.0.4"),
    ("^0.0", "0.1.0"),
    ("^0", "1.0.0"),
    ("~1.2", "1.3.0"),
    ("~1", "2.0.0"),
    (">=1.2,<2", "2.0.0"),
    ("<2", "2.0.0"),
    ("<=1", "2.0.0"),
    (">1", "1.9.9"),
    ("<2", "2.0.0-rc.1"),
    ("1", "1.5.0-beta"),
    ("*", "1.0.0-rc.1"),
    (">=1.0.0-rc.1", "1.1.0-rc.1"),
    ("v1.2", "1.3.0"),
    ("~=1.2", "2.0.0"),
    ("~=1.2.3", "1.3.0"),
    ("~=1", "2.0.0"),
]


@pytest.mark.parametrize(("wanted", "version"), NOT_REACHED)
def test_a_range_does_not_reach(wanted: str, version: str) -> None:
    assert not Range.parse(wanted).allows(Version.parse(version))


@pytest.mark.parametrize(
    "text",
    ["", " ", ",", "1,", ",1", ">=", "^^1", "01", "vv1", "1 2", "1..2", "x", "1.2.x.x", "newest", "1\0", "1" * 200],
)
def test_what_is_no_range_is_refused_with_the_forms_that_are(text: str) -> None:
    with pytest.raises(InvalidVersionError) as refused:
        Range.parse(text)
    assert ">=1.2,<2" in refused.value.hint


@given(st.text(max_size=40))
def test_any_text_is_a_range_or_an_invalid_version_error(text: str) -> None:
    try:
        read = Range.parse(text)
    except InvalidVersionError:
        return
    assert str(read) == text.strip()
    assert Range.parse(str(read)) == read


@given(versions, st.lists(versions, max_size=6))
def test_the_best_is_the_highest_that_the_range_allows(low: Version, candidates: list[Version]) -> None:
    wanted = Range.parse(f">={low.major}.{low.minor}.{low.patch}")
    best = wanted.best(candidates, lambda version: version)
    allowed = [version for version in candidates if wanted.allows(version)]
    assert best == (max(allowed) if allowed else None)


def test_latest_takes_a_prerelease_only_where_there_is_nothing_else() -> None:
    early, stable = Version.parse("2.0.0-rc.1"), Version.parse("1.0.0")
    assert Range.parse("latest").best([early, stable], lambda version: version) == stable
    assert Range.parse("latest").best([early], lambda version: version) == early
    assert Range.parse("*").best([early], lambda version: version) is None


def test_a_request_is_a_name_with_or_without_a_range() -> None:
    assert parse_request("python-backend") == ("python-backend", None)
    assert parse_request(" code-review @ ^1.2 ") == ("code-review", Range.parse("^1.2"))


@pytest.mark.parametrize("request_", ["name@", "name@@1", "name@1@2"])
def test_a_request_with_a_broken_range_is_refused(request_: str) -> None:
    with pytest.raises(InvalidVersionError):
        parse_request(request_)


@pytest.mark.parametrize(
    ("request_", "name", "wanted"),
    [
        ("Code-Review", "code-review", None),
        ("code-review@v1.2", "code-review", "v1.2"),
        ("code-review<2", "code-review", "<2"),
        ("code-review >=1.2, <2", "code-review", ">=1.2, <2"),
        ("code\u2010review", "code\u2010review", None),
        ("ｃode-review@latest", "code-review", "latest"),  # noqa: RUF001  full-width, as some keyboards write it
    ],
)
def test_a_request_is_read_as_people_write_it(request_: str, name: str, wanted: str | None) -> None:
    assert parse_request(request_) == (name, None if wanted is None else Range.parse(wanted))


@given(st.text(max_size=60))
def test_any_text_is_a_request_or_an_invalid_version_error(text: str) -> None:
    try:
        name, wanted = parse_request(text)
    except InvalidVersionError:
        return
    assert wanted is None or "@" not in name


@pytest.mark.parametrize(
    ("before", "level", "after"),
    [
        ("1.2.3", "major", "2.0.0"),
        ("1.2.3", "minor", "1.3.0"),
        ("1.2.3", "patch", "1.2.4"),
        ("2.0.0-rc.1", "major", "2.0.0"),
        ("2.1.0-rc.1", "major", "3.0.0"),
        ("2.1.0-rc.1", "minor", "2.1.0"),
        ("2.1.1-rc.1", "minor", "2.2.0"),
        ("2.1.1-rc.1", "patch", "2.1.1"),
        ("1.0.0+build", "patch", "1.0.1"),
    ],
)
def test_a_bump_gives_the_next_version_of_its_level(before: str, level: Level, after: str) -> None:
    assert str(Version.parse(before).bump(level)) == after


@given(versions, st.sampled_from(("major", "minor", "patch")))
def test_a_bump_is_higher_and_no_prerelease(version: Version, level: Level) -> None:
    bumped = version.bump(level)
    assert bumped > version
    assert (bumped.prerelease, bumped.build) == ((), ())
