"""Fetches the scripts by others that the pages load, so that a wheel holds them and nothing is checked in."""

import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FILES = (
    "htmx.org/dist/htmx.min.js",
    "htmx.org/LICENSE",
    "idiomorph/dist/idiomorph-ext.min.js",
    "idiomorph/LICENSE",
)
FOLDER = Path("js", "dashboard")


class CustomBuildHook(BuildHookInterface):  # pyright: ignore[reportMissingTypeArgument]  # of its own configuration
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        folder = Path(self.root) / FOLDER
        if not all((folder / "node_modules" / file).is_file() for file in FILES):
            self._fetch(folder)
        if version != "editable":
            for file in FILES:
                place = FOLDER / "node_modules" / file
                build_data["force_include"][str(Path(self.root) / place)] = str(Path("shifty") / place)

    def _fetch(self, folder: Path) -> None:
        line = ["npm", "ci", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        try:
            subprocess.run(line, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise SystemExit(
                f"The scripts of the dashboard could not be fetched ({error}): install Node.js with npm, see that the "
                "package registry can be reached, and build again."
            ) from error
