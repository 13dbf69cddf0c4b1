"""Who is let through the doors of this room: the same at each of them."""

from uuid import UUID, uuid4

import pytest

from shifty.tenants.keys import create_tenant
from shifty.tenants.model import Scope
from tests.runs.conftest import Api
from tests.runs.seed import Seed

DOORS = ["/runs", "/runs/{run}", "/runs/{run}/results", "/runs/{run}/failed-tests"]
OF_A_RUN = DOORS[1:]


@pytest.mark.parametrize("door", DOORS)
class TestEveryDoor:
    async def test_no_key(self, api: Api, door: str) -> None:
        answer = await api.get(door.format(run=uuid4()), {"X-Tenant-ID": api.tenant.slug})

        assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHORIZED")
        assert answer.headers["www-authenticate"] == "Bearer"

    async def test_no_tenant(self, api: Api, door: str) -> None:
        answer = await api.get(door.format(run=uuid4()), {"Authorization": f"Bearer {api.key}"})

        assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_TENANT")

    async def test_foreign_tenant(self, api: Api, door: str) -> None:
        other = await create_tenant(api.db, f"other-{uuid4().hex}")
        for tenant in (str(other.id), other.slug, "nobody"):
            answer = await api.get(door.format(run=uuid4()), {**api.headers, "X-Tenant-ID": tenant})

            assert (answer.status_code, answer.json()["code"]) == (403, "INVALID_TENANT")

    async def test_missing_scope(self, api: Api, door: str) -> None:
        headers = await api.with_key(Scope.INGEST, Scope.ORCHESTRATE)

        answer = await api.get(door.format(run=uuid4()), headers)

        assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")
        assert answer.json()["details"] == {"scope": "read"}

    async def test_valid(self, api: Api, seed: Seed, door: str) -> None:
        run = await seed.run()

        assert (await api.get(door.format(run=run))).status_code == 200


@pytest.mark.parametrize("door", OF_A_RUN)
class TestEveryDoorOfARun:
    @pytest.mark.parametrize("run", ["1", "not-a-run", "550e8400-e29b-41d4-a716-44665544000", "%00", "%F0%9F%92%A9"])
    async def test_malformed(self, api: Api, door: str, run: str) -> None:
        answer = await api.get(door.format(run=run))

        assert (answer.status_code, answer.json()["code"]) == (404, "RUN_NOT_FOUND")

    async def test_another_tenants_run_does_not_exist(self, api: Api, others_run: UUID, door: str) -> None:
        unknown = uuid4()

        foreign = await api.get(door.format(run=others_run))
        missing = await api.get(door.format(run=unknown))

        assert foreign.status_code == missing.status_code == 404
        assert foreign.text.replace(str(others_run), "X") == missing.text.replace(str(unknown), "X")

    async def test_a_key_of_one_project_does_not_see_another(self, api: Api, seed: Seed, door: str) -> None:
        run = await seed.run(project="web")

        assert (await api.get(door.format(run=run), await api.with_key(Scope.READ, project="web"))).status_code == 200
        assert (await api.get(door.format(run=run), await api.with_key(Scope.READ, project="api"))).status_code == 404
