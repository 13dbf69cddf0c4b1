"""How to run one test on one's own machine. Pure."""

import re
import shlex
from collections.abc import Sequence
from typing import Final

_MEANS_SOMETHING: Final = re.compile(r"[*+?^${}()|\[\]\\]")
"""To Playwright, which reads files and titles as patterns; a dot stands for itself as well."""


def local_command(file: str, line: int | None, titles: Sequence[str], project_name: str) -> str:
    """For a shell, in the folder that holds the suite."""
    if file.endswith(".py"):
        return f"pytest {shlex.quote('::'.join([file, *titles]))}"
    pattern = _MEANS_SOMETHING.sub(r"\\\g<0>", file)
    words = ["npx", "playwright", "test", shlex.quote(pattern if line is None else f"{pattern}:{line}")]
    if line is None and titles:
        words += ["-g", shlex.quote(_MEANS_SOMETHING.sub(r"\\\g<0>", " ".join(titles)))]
    if project_name:
        words.append(f"--project={shlex.quote(project_name)}")
    return " ".join(words)
