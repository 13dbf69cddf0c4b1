"""Fixtures of the history tests."""

from uuid import UUID, uuid4

import pytest

from shifty.database.pool import Database
from shifty.tenants.keys import create_tenant


@pytest.fixture
async def other_tenant(db: Database) -> UUID:
    return (await create_tenant(db, f"other-{uuid4().hex}")).id
