"""Settings: a flag wins over the environment (``SHIFTY_…``), that over ``shifty.toml``, that over the default.

docs/configuration.md describes each of them; a test fails when one is missing there.
"""

import os
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from shifty.errors import UsageError

FILE_NAME = "shifty.toml"


def default_data_dir() -> Path:
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "shifty"


class Settings(BaseSettings):
    """Everything that can be set. Made by ``load_settings``, which words mistakes for people."""

    model_config = SettingsConfigDict(env_prefix="SHIFTY_", env_ignore_empty=True, extra="forbid", frozen=True)

    api_url: str | None = None
    api_key: str | None = Field(default=None, repr=False)
    tenant_id: str | None = None
    project: str | None = None
    run_id: str | None = None
    shard_index: int | None = Field(default=None, ge=0)
    total_shards: int | None = Field(default=None, ge=1)

    data_dir: Path = Field(default_factory=default_data_dir)
    database_url: str | None = Field(default=None, repr=False)
    database_pool_size: int = Field(default=10, ge=1, le=500)
    storage_url: str | None = Field(default=None, repr=False)
    storage_public_endpoint: str | None = None
    artifact_max_bytes: int = Field(default=100 * 1024 * 1024, ge=1, le=2**40)

    host: str = "127.0.0.1"
    port: int = Field(default=7357, ge=0, le=65535)
    public_url: str | None = None
    body_idle_seconds: float = Field(default=30, gt=0, le=3600)
    lease_seconds: float = Field(default=30, gt=0, le=3600)
    heartbeat_seconds: float = Field(default=5, gt=0, le=600)
    upload_patience_seconds: float = Field(default=60, ge=0, le=3600)

    max_producers: int = Field(default=10, ge=0, le=100_000)

    requests_per_minute: int = Field(default=500, ge=0, le=10_000_000)
    ingest_requests_per_minute: int = Field(default=30_000, ge=0, le=10_000_000)
    address_requests_per_minute: int = Field(default=120, ge=0, le=10_000_000)
    trusted_proxies: str | None = None

    healing: Literal["off", "propose", "heal"] = "heal"
    healing_verdict: Literal["report", "warn", "fail"] | None = None
    healing_repository: str | None = Field(default=None, repr=False)
    healing_tenants: str | None = None
    healing_base_branch: str | None = None
    github_api_url: str = "https://api.github.com"
    github_token: str | None = Field(default=None, repr=False)
    github_app_id: str | None = None
    github_app_private_key: str | None = Field(default=None, repr=False)
    github_app_private_key_file: Path | None = None
    github_webhook_secret: str | None = Field(default=None, repr=False)
    llm_url: str = "http://127.0.0.1:11434/v1"
    llm_model: str | None = None
    llm_api_key: str | None = Field(default=None, repr=False)
    llm_timeout_seconds: float = Field(default=8, gt=0, le=120)

    webhook_private_addresses: bool = False

    history_months: int = Field(default=13, ge=1, le=120)

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["text", "json"] = "text"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        file = find_settings_file(Path.cwd())
        return (init_settings, env_settings, *([TomlConfigSettingsSource(settings_cls, file)] if file else []))


def load_settings(**flags: object) -> Settings:
    """Read the settings; a flag that is None was not given.

    Raises:
        UsageError: one or more of them are wrong; the sentence names each.
    """
    try:
        return Settings.model_validate({name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        faults = "; ".join(
            _fault(".".join(map(str, fault["loc"])), fault["type"], fault["msg"]) for fault in error.errors()
        )
        raise UsageError(f"The settings are wrong: {faults}.") from None
    except (SettingsError, ValueError) as error:
        raise UsageError(f"{find_settings_file(Path.cwd()) or 'The environment'} can't be read: {error}.") from None


def find_settings_file(start: Path) -> Path | None:
    """``shifty.toml`` in the folder or the nearest one above it, up to the root of the repository."""
    for folder in (start, *start.parents):
        if (folder / FILE_NAME).is_file():
            return folder / FILE_NAME
        if (folder / ".git").exists():
            return None
    return None


def _fault(name: str, kind: str, message: str) -> str:
    if not name:
        return f"{find_settings_file(Path.cwd())} can't be read ({message})"
    if kind == "extra_forbidden":
        return f"there is no setting {name} (docs/configuration.md lists them all)"
    return f"{name} (SHIFTY_{name.upper()}): {message[0].lower()}{message[1:]}"
