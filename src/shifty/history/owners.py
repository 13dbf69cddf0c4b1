"""Who owns a test file, as the repository's CODEOWNERS says; worked out once a file."""

import asyncio
import logging
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final
from uuid import UUID

import msgspec
from codeowners import CodeOwners

from shifty.database.pool import Transaction
from shifty.history.store import QUERIES

log = logging.getLogger(__name__)

MOST_CHARACTERS: Final = 1_000_000
_MOST_WILDCARDS: Final = 6
_LONGEST_PATH: Final = 300
_WILDCARDS: Final = re.compile(r"\*+")
_SECTION: Final = re.compile(r"^\^?\[[^\]]+\](?:\[\d+\])?(?P<owners>.*)$")
_PARSED_AT_ONCE: Final = 8


class Owners:
    """Owners of files by the text of one CODEOWNERS file; the last line that matches a file decides.

    As on GitHub; of GitLab's sections the default owners are understood, and the last section that has a file decides.

    Raises:
        ValueError: the text can't be parsed.
    """

    def __init__(self, text: str) -> None:
        if "\0" in text or len(text) > MOST_CHARACTERS:
            raise ValueError(f"it has a NUL or more than {MOST_CHARACTERS:,} characters")
        try:
            self._rules = CodeOwners("\n".join(_plain(text)))
        except re.error as error:
            raise ValueError(str(error)) from None

    def of(self, file: str) -> list[str]:
        """In the order of the line; empty: nobody's."""
        if len(file) > _LONGEST_PATH:
            return []
        return list(dict.fromkeys(name for _, name in self._rules.of(file)))


def _plain(text: str) -> list[str]:
    """The lines without comments behind them and without sections, whose owners the lines beneath are given.

    A pattern becomes a regular expression, and one with many wildcards takes for ever over a path that is made for it.
    """
    lines: list[str] = []
    default = ""
    for raw in text.splitlines():
        line = re.split(r"(?:^|\s)#", raw, maxsplit=1)[0].strip()
        if section := _SECTION.match(line):
            default = section["owners"]
        elif line and len(_WILDCARDS.findall(line.split()[0])) <= _MOST_WILDCARDS:
            has_owners = len(line.replace("\\ ", "_").split()) > 1
            lines.append(line if has_owners else line + default)
    return lines


_owners = lru_cache(maxsize=_PARSED_AT_ONCE)(Owners)


async def set_codeowners(tx: Transaction, tenant_id: UUID, project_id: int, text: str) -> None:
    """Take the text of a project's CODEOWNERS file; where it differs from the last, all files are looked up anew.

    One that can't be parsed changes nothing: no run is refused for it.
    """
    try:
        owners = await asyncio.to_thread(_owners, text)
    except ValueError as error:
        log.warning("CODEOWNERS of project %s is left out, since it can't be parsed: %s", project_id, error)
        return
    store = _OwnersStore(tx, tenant_id, project_id)
    if await store.change(text):
        await store.write(await _looked_up(owners, await store.files()))


async def own_new_files(tx: Transaction, tenant_id: UUID, project_id: int, run_id: UUID) -> None:
    """Look up the files that the run has brought."""
    store = _OwnersStore(tx, tenant_id, project_id)
    text = await store.text()
    if text and (files := await store.new_files(run_id)):
        await store.write(await _looked_up(await asyncio.to_thread(_owners, text), files))


async def _looked_up(owners: Owners, files: Sequence[str]) -> Mapping[str, Sequence[str]]:
    # Thousands of files by hundreds of lines: the loop has other things to do.
    return await asyncio.to_thread(lambda: {file: owners.of(file) for file in files})


class _OwnersStore:
    def __init__(self, tx: Transaction, tenant_id: UUID, project_id: int) -> None:
        self._tx = tx
        self._values = {"tenant_id": tenant_id, "project_id": project_id}

    async def text(self) -> str | None:
        cursor = await self._tx.execute(QUERIES["codeowners"], self._values)
        row = await cursor.fetchone()
        return row[0] if row else None

    async def change(self, text: str) -> bool:
        """Whether it was another before."""
        changed = await self._tx.execute(QUERIES["set_codeowners"], {**self._values, "text": text})
        if changed.rowcount:
            await self._tx.execute(QUERIES["forget_owners"], self._values)
        return bool(changed.rowcount)

    async def files(self) -> list[str]:
        cursor = await self._tx.execute(QUERIES["files_of_project"], self._values)
        return [row[0] for row in await cursor.fetchall()]

    async def new_files(self, run_id: UUID) -> list[str]:
        cursor = await self._tx.execute(QUERIES["new_files"], {**self._values, "run_id": run_id})
        return [row[0] for row in await cursor.fetchall()]

    async def write(self, owners: Mapping[str, Sequence[str]]) -> None:
        rows = msgspec.json.encode([{"file": file, "owners": names} for file, names in owners.items()]).decode()
        await self._tx.execute(QUERIES["write_owners"], {**self._values, "rows": rows})
