"""The application."""

from fastapi import FastAPI

from shop.gateway import Gateway
from shop.settings import get_settings


def create_app() -> FastAPI:
    """The application, with what the environment says."""
    settings = get_settings()
    app = FastAPI()
    app.state.settings = settings
    app.state.gateway = Gateway(str(settings.gateway_url), settings.gateway_key)
    return app
