"""The only place that reads the environment and .streamlit/secrets.toml."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Annotated, Any, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import (
    AliasChoices,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from posterframe.errors import BadInput
from posterframe.gemini.sdk import MOST_FPS, Resolution
from posterframe.net.address import is_allowed, is_loopback


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
        hide_input_in_errors=True,  # it could be a key
        toml_file=[Path.home() / ".streamlit/secrets.toml", Path(".streamlit/secrets.toml")],
    )

    gemini_api_key: SecretStr | None = Field(None, validation_alias=_named("GEMINI_API_KEY"))
    gemini_model: str = Field("gemini-3.5-flash-lite", validation_alias=_named("GEMINI_MODEL"))
    gemini_base_url: str = Field(
        "https://generativelanguage.googleapis.com", validation_alias=_named("GEMINI_BASE_URL")
    )
    gemini_sdk: GeminiSdk = Field(GeminiSdk.GENERATIVEAI, validation_alias=_named("POSTERFRAME_GEMINI_SDK"))
    gemini_fps: float | None = Field(None, gt=0, le=MOST_FPS, validation_alias=_named("POSTERFRAME_GEMINI_FPS"))
    gemini_resolution: Resolution | None = Field(None, validation_alias=_named("POSTERFRAME_GEMINI_RESOLUTION"))
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

    @field_validator("*", mode="before")
    @classmethod
    def _empty_is_unset(cls, value: object, info: ValidationInfo) -> Any:
        """What is empty, or nothing but spaces, is as if it were not there."""
        is_empty = isinstance(value, str) and not value.strip()
        return cls.model_fields[info.field_name or ""].default if is_empty else value

    @field_validator("gemini_resolution", mode="before")
    @classmethod
    def _left_to_the_model(cls, value: object) -> object:
        return None if value == "default" else value

    @field_validator("gemini_api_key", "ittybit_api_key")
    @classmethod
    def _sendable(cls, value: SecretStr | None) -> SecretStr | None:
        """A key travels in a header, and a file that it is read from tends to end with a line end."""
        if value is None:
            return None
        key = value.get_secret_value().strip()
        if not (key.isascii() and key.isprintable()):
            raise ValueError("it has line ends or letters in it that no key has; copy the key once more, whole")
        return SecretStr(key)

    @field_validator("home")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("media_url")
    @classmethod
    def _absolute_folder(cls, value: str | None) -> str | None:
        """A folder is the same one for every process, wherever it was started."""
        return value if value is None or "://" in value else str(cls._absolute(Path(value)))

    @field_validator("database_url")
    @classmethod
    def _absolute_file(cls, value: str | None) -> str | None:
        scheme, _, path = (value or "").partition(":///")
        return f"{scheme}:///{cls._absolute(Path(path))}" if path and scheme.startswith("sqlite") else value

    @field_validator("public_url")
    @classmethod
    def _reachable(cls, value: str | None) -> str | None:
        if value is not None:
            _web_address("POSTERFRAME_PUBLIC_URL", value)
        return value

    @model_validator(mode="after")
    def _keys_travel_safely(self) -> Self:
        """Without TLS anybody on the way could read the key, so that is for stand-ins nearby."""
        for name in ("gemini_base_url", "ittybit_base_url"):
            _check_base_url(name.upper(), getattr(self, name), self.allow_hosts)
        return self

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


def _check_base_url(name: str, url: str, allow_hosts: frozenset[str]) -> None:
    """Raise ``BadInput`` for an address that a key must not be sent to."""
    parts = _web_address(name, url)
    if parts.scheme == "http" and not (is_loopback(url) or is_allowed(url, allow_hosts)):
        raise BadInput(
            f"The setting {name} cannot be used: over http:// anybody could read the key. Give an address that begins "
            "with https://, or add the host to POSTERFRAME_ALLOW_HOSTS."
        )


def _web_address(name: str, url: str) -> SplitResult:
    """The parts of an http or https address. Raises ``BadInput`` for what is none."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises for what is no number
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadInput(f"The setting {name} cannot be used: give an address that begins with https://.")
    return parts


def sqlite_url(path: Path) -> str:
    """The address of a SQLite file, whatever letters its path has."""
    from sqlalchemy import URL  # takes a while to load, and not every command needs a database

    return URL.create("sqlite", database=str(path)).render_as_string()


def read_settings() -> Settings:
    """Read and check the settings afresh. Raises ``BadInput`` that names the setting and what is wrong with it."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        name = str(first["loc"][0]).upper() if first["loc"] else "settings"
        why = first["msg"].removeprefix("Value error, ")
        raise BadInput(f"The setting {name} cannot be used: {why}.") from None
    except (TOMLDecodeError, OSError) as error:
        raise BadInput(
            f'.streamlit/secrets.toml cannot be read ({error}): write each setting as NAME = "value".'
        ) from None


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return read_settings()
