"""The application under environments that are whole, and that lack something."""

from pathlib import Path

import pytest
from fastapi import FastAPI

KEY = "k3y-0f-the-shop"
WHOLE = {
    "SHOP_DATABASE_URL": "postgresql://localhost/shop",
    "SHOP_GATEWAY_URL": "https://gateway.example.com/api",
    "SHOP_GATEWAY_KEY": KEY,
}


def started(monkeypatch: pytest.MonkeyPatch, **changed: str | None) -> FastAPI:
    from shop import main, settings

    for name, value in {**WHOLE, **changed}.items():
        monkeypatch.delenv(name, raising=False)
        if value is not None:
            monkeypatch.setenv(name, value)
    clear = getattr(settings.get_settings, "cache_clear", None)
    if clear is not None:
        clear()
    return main.create_app()


def test_the_gateway_has_its_address_and_the_key_as_bearer_token(monkeypatch: pytest.MonkeyPatch) -> None:
    gateway = started(monkeypatch).state.gateway
    assert str(gateway.url).rstrip("/") == "https://gateway.example.com/api"
    assert gateway.headers()["Authorization"] == f"Bearer {KEY}"


def test_the_service_does_not_start_without_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Exception, match="(?i)gateway_key"):
        started(monkeypatch, SHOP_GATEWAY_KEY=None)


def test_the_service_does_not_start_with_an_address_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Exception, match="(?i)gateway_url"):
        started(monkeypatch, SHOP_GATEWAY_URL="gateway")


def test_the_key_is_in_nothing_that_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    state = started(monkeypatch).state
    assert KEY not in f"{state.settings!r} {state.settings} {state.gateway!r}", "a log of it would hold the key"


def test_the_settings_are_documented() -> None:
    text = Path(".env.example").read_text(encoding="utf-8")
    assert "SHOP_GATEWAY_URL" in text, ".env.example does not have it"
    assert "SHOP_GATEWAY_KEY" in text, ".env.example does not have it"
