"""The application."""

from fastapi import FastAPI

from shop.gateway import Gateway
from shop.settings import get_settings


def create_app() -> FastAPI:
    """The application, with what the environment says."""
    app = FastAPI()
    app.state.settings = get_settings()
    app.state.gateway = Gateway()
    return app
