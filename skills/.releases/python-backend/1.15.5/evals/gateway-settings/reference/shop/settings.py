"""What the environment may say; the only module that reads it."""

from functools import lru_cache
from typing import Annotated, Literal

from pydantic import Field, HttpUrl, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The settings of this process, read once."""

    model_config = SettingsConfigDict(env_prefix="SHOP_", frozen=True)

    database_url: SecretStr
    gateway_url: HttpUrl
    gateway_key: Annotated[SecretStr, Field(min_length=1)]
    log_level: Literal["debug", "info", "warning", "error"] = "info"


@lru_cache
def get_settings() -> Settings:
    """The settings; a test clears them with `get_settings.cache_clear()`."""
    return Settings()
