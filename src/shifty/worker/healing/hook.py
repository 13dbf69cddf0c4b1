"""How the hook gets into Playwright's processes, and what it is told there."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from shifty.shipped import shipped
from shifty.worker.playwright.model import Suite

Mode: TypeAlias = Literal["off", "propose", "heal"]

VARIABLE = "SHIFTY_HEAL"


@dataclass(frozen=True)
class Hook:
    """``url`` and ``token`` are the relay's."""

    register: Path
    url: str
    token: str
    project: str
    run_id: str
    mode: Literal["propose", "heal"]

    def environment(self, suite: Suite, inherited: Mapping[str, str]) -> dict[str, str]:
        """What a Playwright process gets beside its environment. The user's ``NODE_OPTIONS`` stay and come first."""
        own = inherited.get("NODE_OPTIONS", "").strip()
        told = {
            "url": self.url,
            "token": self.token,
            "project": self.project,
            "runId": self.run_id,
            "root": str(suite.root),
            "mode": self.mode,
        }
        if suite.test_id_attribute:
            told["testIdAttribute"] = suite.test_id_attribute
        return {
            "NODE_OPTIONS": f"{own} --require {quoted(self.register)}".strip(),
            VARIABLE: json.dumps(told),
        }


def register_file() -> Path | None:
    """What Node loads before anything else; None where this installation has no hook."""
    return shipped("heal", "register.cjs")


def quoted(path: Path) -> str:
    """As Node reads ``NODE_OPTIONS``: blanks part arguments, and within double quotes a backslash escapes."""
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
