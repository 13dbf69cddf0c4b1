"""docs/api.md leaves nothing out."""

import re
from pathlib import Path
from typing import get_args

import httpx

from shifty.errors import Refusal
from shifty.runs.verdict import FailureReason
from shifty.tenants.model import Scope
from tests.contract.conftest import API

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")


async def test_every_operation_has_its_place(http: httpx.AsyncClient) -> None:
    paths = (await http.get(f"{API}/openapi.json")).json()["paths"]

    missing = [
        f"{method.upper()} {path.removeprefix(API)}"
        for path, operations in paths.items()
        for method in operations
        if f"`{method.upper()} {path.removeprefix(API)}`" not in PAGE
    ]

    assert missing == []


def _below(kind: type[Refusal]) -> set[type[Refusal]]:
    return {kind}.union(*(_below(room) for room in kind.__subclasses__()))


async def test_every_code_is_explained(http: httpx.AsyncClient) -> None:
    # The server is up, so every room has been imported.
    codes = {refusal.code for refusal in _below(Refusal) if refusal.__module__.startswith("shifty.")}
    explained = set(re.findall(r"`([A-Z][A-Z_]+)`", PAGE))

    assert codes - explained == set()
    assert set(get_args(FailureReason)) - explained == set()
    assert {f"| `{scope}` |" for scope in Scope if f"| `{scope}` |" not in PAGE} == set()
