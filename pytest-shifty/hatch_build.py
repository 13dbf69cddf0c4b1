"""Puts ``collect.js`` of the hook for Node into what is built; a source distribution has it already."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CollectHook(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        file = Path(self.root).parent / "js" / "heal" / "collect.js"
        if file.exists():
            source = "src/" if self.target_name == "sdist" else ""
            build_data["force_include"][str(file)] = f"{source}pytest_shifty/collect.js"
