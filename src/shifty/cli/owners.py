"""The repository's CODEOWNERS file, which a run brings along."""

from dataclasses import dataclass
from pathlib import Path

from shifty.cli.checkout import root_of

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
"""Where GitHub and GitLab look for it, in this order."""
MOST_BYTES = 64 * 1024


@dataclass(frozen=True)
class CodeOwners:
    """``text`` None: there is none, or none that can be sent; then ``warning`` says why."""

    text: str | None = None
    warning: str | None = None


def read_codeowners(folder: Path) -> CodeOwners:
    """Of the repository around ``folder``. Its patterns are relative to the root, like the names of test files."""
    root = root_of(folder)
    place = next((name for name in PLACES if root and (root / name).is_file()), None)
    if root is None or place is None:
        return CodeOwners()
    try:
        content = (root / place).read_bytes()
        if len(content) > MOST_BYTES:
            return CodeOwners(warning=f"{place} is larger than 64 KiB, so that owners of tests are not shown.")
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        return CodeOwners(warning=f"{place} can't be read ({error}), so that owners of tests are not shown.")
    if "\0" in text:
        return CodeOwners(warning=f"{place} is no text, so that owners of tests are not shown.")
    return CodeOwners(text)
