"""The only place that reads the environment and .streamlit/secrets.toml."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from sqlalchemy import URL

from posterframe.errors import BadInput


class Role(StrEnum):
    """What this process does: serve pages, do the work, or both."""

    ALL = "all"
    WEB = "web"
    WORKER = "worker"


class GeminiSdk(StrEnum):
    """The package that speaks to Gemini."""

    GENERATIVEAI = "google-generativeai"
    GENAI = "google-genai"


def _named(name: str) -> AliasChoices:
    """A setting is read under its upper-case name, from the environment or from secrets.toml."""
    return AliasChoices(name, name.lower())


class Settings(BaseSettings):
    """Everything that can be set from outside; docs/configuration.md explains each in words."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="ignore",
        toml_file=[Path.home() / ".streamlit/secrets.toml", Path(".streamlit/secrets.toml")],
    )

    gemini_api_key: SecretStr | None = Field(None, validation_alias=_named("GEMINI_API_KEY"))
    gemini_model: str = Field("gemini-3.5-flash-lite", validation_alias=_named("GEMINI_MODEL"))
    gemini_base_url: str = Field(
        "https://generativelanguage.googleapis.com", validation_alias=_named("GEMINI_BASE_URL")
    )
    gemini_sdk: GeminiSdk = Field(GeminiSdk.GENERATIVEAI, validation_alias=_named("POSTERFRAME_GEMINI_SDK"))
    gemini_prices: Path | None = Field(None, validation_alias=_named("POSTERFRAME_GEMINI_PRICES"))
    ittybit_api_key: SecretStr | None = Field(None, validation_alias=_named("ITTYBIT_API_KEY"))
    ittybit_base_url: str = Field("https://api.ittybit.com", validation_alias=_named("ITTYBIT_BASE_URL"))

    home: Path = Field(Path.home() / ".posterframe", validation_alias=_named("POSTERFRAME_HOME"))
    database_url: str | None = Field(None, validation_alias=_named("POSTERFRAME_DATABASE_URL"))
    media_url: str | None = Field(None, validation_alias=_named("POSTERFRAME_MEDIA_URL"))
    public_url: str | None = Field(None, validation_alias=_named("POSTERFRAME_PUBLIC_URL"))
    role: Role = Field(Role.ALL, validation_alias=_named("POSTERFRAME_ROLE"))
    allow_hosts: Annotated[frozenset[str], NoDecode] = Field(
        frozenset(), validation_alias=_named("POSTERFRAME_ALLOW_HOSTS")
    )

    @field_validator("allow_hosts", mode="before")
    @classmethod
    def _split_hosts(cls, value: object) -> object:
        """Hosts are written with commas between them: ``localhost:8100, nas.lan``."""
        if isinstance(value, str):
            return frozenset(host.strip().lower() for host in value.split(",") if host.strip())
        return value

    @field_validator(
        "gemini_api_key", "ittybit_api_key", "database_url", "media_url", "public_url", "gemini_prices", mode="before"
    )
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("home")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def sqlalchemy_url(self) -> str:
        """Where reviews are stored; PostgreSQL addresses are given the driver that we ship."""
        if self.database_url is None:
            return sqlite_url(self.home / "posterframe.sqlite")
        scheme, _, rest = self.database_url.partition("://")
        return f"postgresql+psycopg://{rest}" if scheme in ("postgres", "postgresql") else self.database_url


def sqlite_url(path: Path) -> str:
    """The address of a SQLite file, whatever letters its path has."""
    return URL.create("sqlite", database=str(path)).render_as_string()


def read_settings() -> Settings:
    """Read and check the settings afresh. Raises ``BadInput`` that names the setting and what is wrong with it."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "settings"
        raise BadInput(f"The setting {name} cannot be used: {first['msg']}.") from error


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return read_settings()
