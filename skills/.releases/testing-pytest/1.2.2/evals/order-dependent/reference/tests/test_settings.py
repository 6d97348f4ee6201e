"""Where settings come from."""

import pytest

from shop.settings import get_settings


def test_the_currency_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_CURRENCY", "CHF")
    assert get_settings().currency == "CHF"
