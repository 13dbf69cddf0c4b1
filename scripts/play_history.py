"""A history to look at: the builds of a suite of known truth, spread over the three weeks before now."""

import argparse
import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Final

from bench.known_truth import make_suite
from bench.play import PROJECT, play

from shifty.config import load_settings
from shifty.database.attach import database_for
from shifty.history.refold import refold
from shifty.tenants.keys import create_tenant

BUILDS: Final = 20
APART: Final = timedelta(hours=25)

_SPREAD: Final = """
update runs r
   set created_at = r.created_at - back, started_at = r.started_at - back, completed_at = r.completed_at - back
  from (select id, row_number() over (order by created_at desc) * %(apart)s::interval as back
          from runs where tenant_id = %(tenant_id)s and project_id in (select id from projects where slug = %(slug)s)) s
 where s.id = r.id
"""


async def play_for(data_dir: Path, tenant: str) -> None:
    """Into the database of a server that runs on ``data_dir``."""
    async with database_for(load_settings(data_dir=data_dir)) as db:
        owner = await create_tenant(db, tenant)
        await play(db, owner.id, make_suite(7, tests=120, builds=BUILDS))
        values = {"tenant_id": owner.id, "apart": APART, "slug": PROJECT}
        async with db.transaction() as tx:
            await tx.execute(_SPREAD, values)
        await refold(db, owner.id, PROJECT)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("--tenant", default="local")
    asked = parser.parse_args()
    asyncio.run(play_for(asked.data_dir, asked.tenant))


if __name__ == "__main__":
    main()
