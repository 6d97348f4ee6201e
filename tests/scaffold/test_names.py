from __future__ import annotations

import pytest

from backwright.errors import InvalidInputError
from backwright.scaffold.names import article, check_field, check_identifier, check_resource, counted, pascal, plural_of


@pytest.mark.parametrize(
    ("name", "plural"),
    [
        ("invoice", "invoices"),
        ("category", "categories"),
        ("day", "days"),
        ("box", "boxes"),
        ("batch", "batches"),
        ("address", "addresses"),
        ("person", "people"),
        ("sales_person", "sales_people"),
        ("line_item", "line_items"),
    ],
)
def test_a_plural_follows_english(name: str, plural: str) -> None:
    assert plural_of(name) == plural


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("order", "an"),
        ("invoice", "an"),
        ("hour", "an"),
        ("umbrella", "an"),
        ("user", "a"),
        ("unit", "a"),
        ("european_order", "a"),
        ("one_off", "a"),
        ("person", "a"),
    ],
)
def test_an_article_follows_the_sound(name: str, expected: str) -> None:
    assert article(name) == expected


@pytest.mark.parametrize(("number", "said"), [(0, "no view has"), (1, "1 view has"), (2, "2 views have")])
def test_a_count_agrees_with_its_verb(number: int, said: str) -> None:
    assert counted(number, "view has", "views have") == said


def test_a_class_name_joins_the_words() -> None:
    assert pascal("purchase_order_2") == "PurchaseOrder2"


@pytest.mark.parametrize("name", ["number", "type", "order", "group", "user", "limit", "a1", "x" * 50])
def test_a_usual_name_of_a_field_is_taken(name: str) -> None:
    assert check_field(name) == name


@pytest.mark.parametrize(
    "name",
    ["", "Order", "2nd", "a__b", "_a", "a_", "naïve", "a b", "a-b", "a\n", "../a", "a/b", "a;b", "<< r >>", "x" * 51],
)
def test_a_name_of_another_form_is_refused(name: str) -> None:
    with pytest.raises(InvalidInputError, match="snake_case"):
        check_identifier(name, "field")


@pytest.mark.parametrize("name", ["class", "import", "async", "lambda"])
def test_a_keyword_is_refused(name: str) -> None:
    with pytest.raises(InvalidInputError, match="keyword"):
        check_field(name)


@pytest.mark.parametrize(
    "name",
    [
        "id",
        "created_at",
        "metadata",
        "registry",
        "model_dump",
        "json",
        "copy",
        "dt",
        "str",
        "self",
        "mapped_column",
        "xmin",
    ],
)
def test_a_field_that_the_classes_need_is_refused(name: str) -> None:
    with pytest.raises(InvalidInputError, match="taken"):
        check_field(name)


@pytest.mark.parametrize("name", ["request", "response", "base", "decimal", "exception", "value_error", "protocol"])
def test_a_resource_that_would_hide_a_class_is_refused(name: str) -> None:
    with pytest.raises(InvalidInputError, match="hide"):
        check_resource(name)


def test_a_resource_that_pytest_would_collect_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="pytest"):
        check_resource("test_run")


def test_a_table_that_sql_reserves_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="SQL"):
        check_identifier("order", "plural")
