"""The audit log: who has changed what."""

from shifty.tenants.keys import create_key
from shifty.tenants.model import Scope
from shifty.tenants.plan import PlanChanges, change_plan
from tests.contract.stranger import API, Json, Stranger
from tests.support.server import RunningServer


async def entries(stranger: Stranger, action: str) -> list[Json]:
    return (await stranger.ask("GET", "/audit", action=action))["entries"]


async def test_what_a_project_allows_is_told_as_it_was_and_as_it_is(server: RunningServer, stranger: Stranger) -> None:
    await stranger.ask("PUT", "/healing/settings", {"project": "o/shop", "mode": "off"})
    await stranger.ask("PUT", "/healing/settings", {"project": "o/shop", "mode": "off"})
    await stranger.ask("PUT", "/quarantine/settings", {"project": "o/shop", "cap": 5, "days": 14})

    newer, older = await entries(stranger, "project")

    assert (older["details"], newer["details"]) == ({"healingMode": ["heal", "off"]}, {"quarantineCap": [20, 5]})
    assert (newer["action"], newer["subject"], newer["project"]) == ("project.changed", "o/shop", "o/shop")
    assert newer["keyId"] == server.key.split("_")[1]
    assert newer["keyName"] == "tests"
    assert newer["at"].endswith("Z")


async def test_quarantine_is_told_from_its_making_to_its_release(stranger: Stranger) -> None:
    await stranger.report({"testFile": "a.spec.ts", "testName": "pays", "status": "passed"})
    body = {"project": "default", "kind": "title", "value": "pays", "reason": "slow"}
    rule = (await stranger.ask("POST", "/quarantine", body))["rule"]
    await stranger.ask("POST", "/quarantine", body)
    await stranger.ask("PATCH", f"/quarantine/{rule['id']}", {"owner": "@bank"})
    await stranger.ask("DELETE", f"/quarantine/{rule['id']}", reason="mended")
    await stranger.ask("DELETE", f"/quarantine/{rule['id']}", reason="again")

    told = await entries(stranger, "quarantine")

    assert [entry["action"] for entry in told] == ["quarantine.released", "quarantine.changed", "quarantine.added"]
    assert {(entry["subject"], entry["project"], entry["keyName"]) for entry in told} == {
        (rule["id"], "default", "tests")
    }
    assert told[0]["details"]["reason"] == "mended"


async def test_a_run_that_is_cancelled_twice_is_told_of_once(stranger: Stranger) -> None:
    run = await stranger.ask("POST", "/orchestrate", {"project": "o/shop", "testFiles": ["a.spec.ts"]})
    await stranger.ask("DELETE", f"/orchestrate/{run['runId']}")
    await stranger.ask("DELETE", f"/orchestrate/{run['runId']}")

    (entry,) = await entries(stranger, "run.cancelled")

    assert (entry["subject"], entry["project"]) == (run["runId"], "o/shop")


async def test_what_the_administrator_of_the_machine_does_has_no_key(server: RunningServer, stranger: Stranger) -> None:
    await change_plan(server.db, server.tenant.id, PlanChanges(max_workers=8))
    await change_plan(server.db, server.tenant.id, PlanChanges(max_workers=8))

    (entry,) = await entries(stranger, "plan")

    assert (entry["keyId"], entry["details"]) == (None, {"maxWorkers": [None, 8]})


async def test_a_key_for_one_project_is_told_of_that_project_only(server: RunningServer, stranger: Stranger) -> None:
    for project in ("o/shop", "o/other"):
        await stranger.ask("PUT", "/healing/settings", {"project": project, "mode": "off"})
    narrow = await create_key(server.db, server.tenant.id, frozenset(Scope), project="o/shop")

    answer = await stranger.http.get(f"{API}/audit", headers={"Authorization": f"Bearer {narrow.text}"})

    assert {entry["project"] for entry in answer.json()["entries"]} == {"o/shop"}


async def test_pages_of_it_follow_each_other(stranger: Stranger) -> None:
    for mode in ("off", "heal", "propose"):
        await stranger.ask("PUT", "/healing/settings", {"project": "o/shop", "mode": mode})

    first = await stranger.ask("GET", "/audit", action="project", limit="2")
    rest = await stranger.ask("GET", "/audit", action="project", limit="2", offset="2")

    ids = [entry["id"] for entry in (*first["entries"], *rest["entries"])]
    assert ids == sorted(ids, reverse=True)
    assert (len(ids), first["pagination"]["total"], rest["pagination"]["hasMore"]) == (3, 3, False)
