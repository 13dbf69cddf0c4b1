"""Flags that several commands share, and the settings that come of them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import typer

from shifty.config import Settings, load_settings

ApiUrl: TypeAlias = Annotated[
    str | None,
    typer.Option("--api-url", help="Address of the server [SHIFTY_API_URL]; default: the one on this machine."),
]
ApiKey: TypeAlias = Annotated[str | None, typer.Option("--api-key", help="API key [SHIFTY_API_KEY].")]
TenantName: TypeAlias = Annotated[str | None, typer.Option("--tenant", help="Tenant of the key [SHIFTY_TENANT_ID].")]
DataDir: TypeAlias = Annotated[
    Path | None, typer.Option("--data-dir", help="Where Shifty keeps its data on this machine [SHIFTY_DATA_DIR].")
]
Json: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON on stdout; what people read goes to stderr.")]
RunId: TypeAlias = Annotated[str, typer.Argument(metavar="RUN", help="Id of the run, or its first letters.")]
Config: TypeAlias = Annotated[
    Path | None, typer.Option("--config", "-c", help="Playwright's configuration, or the folder that holds it.")
]
Healing: TypeAlias = Annotated[
    Literal["off", "propose", "heal"] | None,
    typer.Option("--healing", help="What happens to a locator that finds nothing [SHIFTY_HEALING]; default: heal."),
]
HealingVerdict: TypeAlias = Annotated[
    Literal["report", "warn", "fail"] | None,
    typer.Option("--healing-verdict", help="What healed tests do to the run [SHIFTY_HEALING_VERDICT]."),
]


@dataclass(frozen=True)
class Flags:
    """Where the server is, and how to heal, as the command line says it; None where it does not."""

    api_url: str | None = None
    api_key: str | None = None
    tenant_id: str | None = None
    data_dir: Path | None = None
    healing: Literal["off", "propose", "heal"] | None = None
    healing_verdict: Literal["report", "warn", "fail"] | None = None

    def settings(self) -> Settings:
        """Flags before environment before ``shifty.toml``."""
        return load_settings(**vars(self))
