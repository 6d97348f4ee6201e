"""Imports over good and bad rows, and a store that may be down or wrong."""

import pytest
from shop.importing import import_customers

GOOD = {"name": "Ada", "email": "ada@example.com"}
BAD = {"name": "Bo", "email": "bo(at)example.com"}


class Store:
    def __init__(self, error: Exception | None = None) -> None:
        self.kept: list[str] = []
        self.error = error

    def add(self, name: str, email: str) -> None:
        if self.error is not None and self.kept:
            raise self.error
        self.kept.append(email)


def test_good_rows_behind_a_bad_one_are_imported() -> None:
    store = Store()
    report = import_customers([GOOD, BAD, GOOD, {"name": " ", "email": "x@example.com"}, GOOD], store)
    assert (report.imported, len(store.kept)) == (3, 3)


def test_each_bad_row_is_told_by_its_number_and_reason() -> None:
    report = import_customers([GOOD, BAD, GOOD, {"name": " ", "email": "x@example.com"}], Store())
    assert [number for number, _ in report.failed] == [2, 4]
    assert "bo(at)example.com" in str(report.failed[0][1])
    assert "name" in str(report.failed[1][1])


def test_a_row_that_lacks_a_column_is_a_bad_row() -> None:
    report = import_customers([{"name": "Cy"}, GOOD], Store())
    assert (report.imported, [number for number, _ in report.failed]) == (1, [1])


def test_a_file_without_rows_is_imported() -> None:
    report = import_customers([], Store())
    assert (report.imported, list(report.failed)) == (0, [])


def test_a_store_that_is_down_ends_the_import() -> None:
    with pytest.raises(ConnectionError):
        import_customers([GOOD, GOOD, GOOD], Store(ConnectionError("database is down")))


def test_a_defect_of_ours_is_no_bad_row() -> None:
    with pytest.raises(AttributeError):
        import_customers([GOOD, GOOD, GOOD], Store(AttributeError("'NoneType' object has no attribute 'cursor'")))
