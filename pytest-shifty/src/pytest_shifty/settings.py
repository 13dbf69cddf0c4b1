"""What the plugin has been told: by a worker of Shifty in SHIFTY_HEAL, else by the variables of the reporter."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from pytest_shifty.identity import run_id_of
from pytest_shifty.policy import strictest
from pytest_shifty.wire import Mode


@dataclass(frozen=True)
class Settings:
    url: str
    """Of the API, without a slash at its end."""
    token: str
    tenant: str
    """Empty: said by the token."""
    project: str
    run_id: str | None
    root: Path
    """Of the repository."""
    mode: Mode
    test_id_attribute: str | None
    """None: as Playwright has it."""
    reports: bool
    """Nobody else tells the server what the tests did."""

    @classmethod
    def told(cls, env: Mapping[str, str], folder: Path, wanted: str) -> "Settings | None":
        """``wanted`` is the mode that pytest was given; None: there is no server to speak to."""
        told = _told_by(env)
        url, token = _text(told, "url").rstrip("/"), _text(told, "token")
        if not url.startswith(("http://", "https://")) or not token or env.get("SHIFTY_ENABLED") == "0":
            return None
        tenant, project, run = _text(told, "tenant"), _text(told, "project") or "default", _text(told, "runId")
        return cls(
            url=url,
            token=token,
            tenant=tenant,
            project=project,
            run_id=run_id_of(run, tenant, project) if run else None,
            root=Path(_text(told, "root")) if _text(told, "root") else root_of(folder),
            mode=strictest(_mode(_text(told, "mode")), _mode(wanted)),
            test_id_attribute=_text(told, "testIdAttribute") or None,
            reports=bool(run) and not env.get("SHIFTY_HEAL"),
        )


def _told_by(env: Mapping[str, str]) -> Mapping[str, object]:
    if env.get("SHIFTY_HEAL"):
        return cast("Mapping[str, object]", json.loads(env["SHIFTY_HEAL"]))
    server = env.get("SHIFTY_API_URL", "").rstrip("/")
    return {
        "url": f"{server}/api/v1" if server else "",
        "token": env.get("SHIFTY_API_KEY"),
        "tenant": env.get("SHIFTY_TENANT_ID"),
        "project": env.get("SHIFTY_PROJECT"),
        "runId": env.get("SHIFTY_RUN_ID"),
        "mode": env.get("SHIFTY_HEALING"),
    }


def _text(told: Mapping[str, object], key: str) -> str:
    value = told.get(key)
    return value if isinstance(value, str) else ""


def _mode(said: str) -> Mode:
    """What we do not know must not heal."""
    if said in ("", "heal"):
        return "heal"
    return "propose" if said == "propose" else "off"


def root_of(folder: Path) -> Path:
    """The folder above with ``.git``, else the folder itself."""
    return next((at for at in (folder, *folder.parents) if (at / ".git").exists()), folder)
