"""Branch and pull request of a run's heals, on a GitHub that holds every call to GitHub's own description."""

import logging
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from shifty.database.pool import Database
from shifty.tenants.model import Tenant
from tests.pull_requests.conftest import AFTER, BEFORE, PATH, Forged, Json, a_file, a_heal, forged, serving
from tests.pull_requests.hub import Hub
from tests.support.server import new_tenant

PAGE = "tests/pages/shop.ts"


async def test_a_change_becomes_a_branch_with_a_commit_a_file_and_a_pull_request(github: Forged, hub: Hub) -> None:
    base = hub.branches["main"]
    in_page = a_heal(frames=[{"file": PAGE, "line": 3}], confidence=0.85)
    run_id = await github.run(heals=[a_heal(screenshot="heal-1.png"), in_page])
    await github.screenshot(run_id, "heal-1.png")

    pr = await github.offered(run_id, base, a_file(), a_file(PAGE))

    branch = f"shifty/heal-selectors-{str(run_id)[:8]}"
    assert pr["prStatus"] == "open"
    assert (pr["repository"], pr["branchName"], pr["prNumber"]) == (hub.name, branch, 1)
    assert pr["prUrl"] == f"https://github.com/{hub.name}/pull/1"
    assert (pr["healingCount"], pr["avgConfidence"], pr["verifiedRuns"], pr["baseBranch"]) == (2, 0.9, 3, "main")
    newest, first, root = hub.log(branch)
    assert root.sha == base
    assert [path for path in first.files if first.files[path] != root.files[path]] == [PATH]
    assert newest.files[PATH] == ("100644", AFTER.encode())
    assert newest.files[PAGE] == ("100755", AFTER.encode())
    assert newest.files["README.md"] == root.files["README.md"]
    assert first.message == f"Heal 1 locator in {PATH}\n\nConfidence 0.95.\n\nRun: {run_id}\n"
    (pull,) = hub.pulls
    assert pull["title"] == "Heal 2 locators in 2 files"
    assert "`locator('#user')`" in pull["body"]
    assert f"{github.server.url}/api/v1/artifacts/" in pull["body"]
    assert await github.prs(run_id) == [pr]


async def test_asked_again_it_is_the_same_and_the_forge_is_not_asked(github: Forged, hub: Hub) -> None:
    run_id = await github.run()
    first = await github.offered(run_id, hub.branches["main"])
    asked = list(hub.asked)

    again = await github.offered(run_id, hub.branches["main"])
    other = await github.offer(run_id, hub.branches["main"], a_file(after=AFTER.replace("'x'", "'y'")))

    assert again == first
    assert (other.status_code, other.json()["code"]) == (409, "HEALING_PR_EXISTS")
    assert not [call for call in hub.asked[len(asked) :] if not call.startswith("GET")]
    assert len(hub.pulls) == 1


async def test_an_open_pull_request_with_the_same_change_is_described_anew(github: Forged, hub: Hub) -> None:
    one = await github.run()
    first = await github.offered(one, hub.branches["main"])
    # The branch has gone on, elsewhere in the same file.
    longer = f"// added\n{BEFORE}"
    hub.branches["main"] = hub.add_commit({PATH: longer}, hub.branches["main"])
    two = await github.run()

    second = await github.offered(two, hub.branches["main"], a_file(before=longer, after=f"// added\n{AFTER}"))

    assert (second["prNumber"], second["prUrl"], second["branchName"]) == (1, first["prUrl"], first["branchName"])
    assert (await github.prs(two))[0]["runId"] == str(two)
    (pull,) = hub.pulls
    assert str(two) in pull["body"]
    assert str(one) not in pull["body"]
    assert set(hub.branches) == {"main", first["branchName"]}


async def test_what_somebody_has_closed_is_not_offered_again(github: Forged, hub: Hub) -> None:
    await github.offered(await github.run(), hub.branches["main"])
    hub.pulls[0]["state"] = "closed"

    run_id = await github.run()
    answer = await github.offer(run_id, hub.branches["main"])

    assert (answer.status_code, answer.json()["code"]) == (409, "HEALING_PR_DECLINED")
    assert len(hub.pulls) == 1
    assert (await github.prs(run_id))[0]["prStatus"] == "failed"


REFUSED: dict[str, tuple[str, Json, Json, Json]] = {
    # code; what is different about the run, its heal, and the file
    "not sure enough": ("NO_CONFIDENT_HEAL", {}, {"confidence": 0.69}, {}),
    "the step failed": ("NO_CONFIDENT_HEAL", {}, {"success": False}, {}),
    "only proposed": ("NO_CONFIDENT_HEAL", {}, {"decision": "propose"}, {}),
    "another locator": ("NO_CONFIDENT_HEAL", {}, {}, {"heals": [{"originalSelector": "#other"}]}),
    "still running": ("RUN_NOT_FINISHED", {"status": "running"}, {}, {}),
    "a fork": ("RUN_FROM_FORK", {"metadata": {"fork": True}}, {}, {}),
    "the file is another": ("BASE_CHANGED", {}, {}, {"beforeDigest": "0" * 64}),
    "a workflow": ("INVALID_PARAMETERS", {}, {}, {"path": ".github/workflows/ci.js"}),
    "above the repository": ("INVALID_PARAMETERS", {}, {}, {"path": "../x.spec.ts"}),
    "nothing changed": ("INVALID_PARAMETERS", {}, {}, {"content": BEFORE}),
    "no heals": ("INVALID_PARAMETERS", {}, {}, {"heals": []}),
    "a file over the limit": ("INVALID_PARAMETERS", {}, {}, {"content": "x" * (1024 * 1024 + 1)}),
}


async def test_what_is_no_verified_heal_of_the_run_is_refused_and_nothing_is_pushed(github: Forged, hub: Hub) -> None:
    answered: dict[str, str] = {}
    for name, (_, run, heal, file) in REFUSED.items():
        run_id = await github.run(heals=[a_heal(**heal)], **run)
        answered[name] = (await github.offer(run_id, hub.branches["main"], a_file(**file))).json().get("code", "")
        assert await github.prs(run_id) == [], name

    assert answered == {name: expected[0] for name, expected in REFUSED.items()}
    run_id = await github.run()
    unverified = await github.offer(run_id, hub.branches["main"], verifiedRuns=0)
    assert unverified.json()["code"] == "CHANGE_NOT_VERIFIED"
    await github.seed.execute(
        "update tests set healed = false where run_id = %(run_id)s and tenant_id = %(tenant_id)s", run_id=run_id
    )
    unaided = await github.offer(run_id, hub.branches["main"])
    assert unaided.json()["code"] == "NO_CONFIDENT_HEAL", "its last attempt passed without help"
    twice = await github.offer(run_id, hub.branches["main"], a_file(), a_file())
    assert twice.json()["details"]["fields"][0] == {"path": "files[0].path", "message": "is there twice"}
    assert not [call for call in hub.asked if not call.startswith("GET")]


async def test_it_goes_to_the_branch_of_the_run_where_there_is_one(github: Forged, hub: Hub) -> None:
    hub.branches["feature/#1"] = base = hub.add_commit({"new.ts": "x"}, hub.branches["main"])

    of_branch = await github.offered(await github.run(branch="feature/#1"), base)
    hub.pulls[0]["merged_at"] = "2026-01-01T00:00:00Z"
    of_nowhere = await github.offered(await github.run(branch="gone"), hub.branches["main"])

    assert of_branch["baseBranch"] == "feature/#1"
    assert of_nowhere["baseBranch"] == "main"


async def test_a_commit_that_is_on_no_branch_is_not_built_on(github: Forged, hub: Hub) -> None:
    # As those of forks: GitHub shows them below the name of the repository, too.
    of_a_fork = hub.add_commit({"evil.ts": "x"}, hub.branches["main"])
    run_id = await github.run(branch="patch-1")

    for base in (of_a_fork, "0" * 40):
        answer = await github.offer(run_id, base)

        assert (answer.status_code, answer.json()["code"]) == (409, "BASE_CHANGED")
    assert set(hub.branches) == {"main"}


async def test_a_change_that_is_there_already_is_not_offered(github: Forged, hub: Hub) -> None:
    base = hub.branches["main"]
    hub.branches["main"] = hub.add_commit({PATH: AFTER}, base)

    answer = await github.offer(await github.run(), base)

    assert "has this change already" in answer.json()["error"]


async def test_a_branch_of_others_is_never_touched(github: Forged, hub: Hub) -> None:
    base = hub.branches["main"]
    run_id = await github.run()
    branch = f"shifty/heal-selectors-{str(run_id)[:8]}"
    theirs = hub.add_commit({PATH: "// mine"}, base)

    hub.branches[branch] = theirs
    taken = await github.offer(run_id, base)
    hub.branches[branch] = hub.add_commit({PATH: AFTER}, base)
    hub.protected.add(branch)
    protected = await github.offer(run_id, base)
    onto_itself = await github.offer(run_id, base, baseBranch=branch)

    assert (taken.status_code, taken.json()["code"]) == (409, "BRANCH_TAKEN")
    assert protected.json()["code"] == "BRANCH_PROTECTED"
    assert onto_itself.json()["code"] == "BRANCH_PROTECTED"
    assert hub.pulls == []


async def test_the_token_is_in_no_answer_and_in_no_log(
    github: Forged, hub: Hub, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = hub.token
    hub.token = "another"
    run_id = await github.run()

    answer = await github.offer(run_id, hub.branches["main"])

    assert (answer.status_code, answer.json()["code"]) == (409, "FORGE_REFUSED")
    assert "Bad credentials (401)" in answer.text
    assert token not in answer.text
    assert token not in caplog.text


async def test_an_app_signs_in_for_its_installation(db: Database, tmp_path: Path, tenant: Tenant, hub: Hub) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    file = tmp_path / "app.pem"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()))
    app = {"github_app_id": "12345", "github_app_private_key_file": file}

    async with serving(hub) as url:
        settings = {"healing_repository": hub.name, "github_api_url": url, **app}
        async with forged(db, tmp_path, tenant, settings) as github:
            pr = await github.offered(await github.run(), hub.branches["main"])

    assert pr["prStatus"] == "open"
    assert "POST /app/installations/7/access_tokens" in hub.asked
    assert hub.malformed == []


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "offers no healing changes"),
        ({"healing_repository": "acme/shop"}, "may not write to acme/shop"),
        (
            {"healing_repository": "acme/shop", "github_token": "t", "healing_tenants": "other"},
            "not for runs of tenant",
        ),
        ({"healing_repository": "acme/shop", "github_token": "t", "healing_tenants": None}, "not for runs of tenant"),
    ],
    ids=["no repository", "no credentials", "another tenant's", "nobody's, of several"],
)
async def test_who_may_not_push_is_told_what_is_missing(
    db: Database, tmp_path: Path, tenant: Tenant, settings: Json, words: str
) -> None:
    await new_tenant(db, f"other-{tenant.slug}")
    async with forged(db, tmp_path, tenant, settings) as github:
        answer = await github.offer(await github.run(), "0" * 40)

    assert (answer.status_code, answer.json()["code"]) == (409, "HEALING_NOT_CONFIGURED")
    assert words in answer.json()["error"]


async def test_an_unknown_run_is_not_found(github: Forged) -> None:
    for run_id in ("nonsense", "00000000-0000-0000-0000-000000000000"):
        listed = await github.http.get("/api/v1/healing/prs", params={"runId": run_id})
        body = {"runId": run_id, "baseSha": "0" * 40, "files": [a_file()], "verifiedRuns": 1}
        offered = await github.http.post("/api/v1/healing/prs", json=body)

        for answer in (listed, offered):
            assert (answer.status_code, answer.json()["code"]) == (404, "RUN_NOT_FOUND")


async def test_the_changes_of_all_runs_are_listed_newest_first_with_what_they_repair(github: Forged, hub: Hub) -> None:
    runs = [await github.run(heals=[a_heal()]) for _ in range(2)]
    for run_id in runs:
        await github.offered(run_id, hub.branches["main"])

    page = (await github.http.get("/api/v1/healing/prs", params={"limit": 1})).json()

    assert page["pagination"] == {"total": 2, "limit": 1, "offset": 0, "hasMore": True}
    (pr,) = page["prs"]
    assert (pr["runId"], pr["project"]) == (str(runs[1]), "web")
    assert [(heal["original"], heal["healed"]) for heal in pr["heals"]] == [("locator('#user')", "getByTestId('user')")]


async def test_what_was_accepted_is_offered_however_sure_and_what_was_refused_is_not(github: Forged, hub: Hub) -> None:
    unsure = await github.run(heals=[a_heal(confidence=0.4, decision="propose", success=False)])
    before = await github.offer(unsure, hub.branches["main"])
    await github.decide(unsure, "accepted")
    accepted = await github.offered(unsure, hub.branches["main"])
    await github.decide(unsure, "refused")
    sure = await github.run()
    refused = await github.offer(sure, hub.branches["main"])

    assert (before.status_code, before.json()["code"]) == (409, "NO_CONFIDENT_HEAL")
    assert [heal["acceptedBy"] for heal in accepted["heals"]] != [None]
    assert "somebody has accepted that" in hub.pulls[0]["body"]
    assert (refused.status_code, refused.json()["code"]) == (409, "HEAL_REFUSED")


async def test_the_stand_in_refuses_what_github_does_not_take(hub: Hub) -> None:
    async with (
        serving(hub) as url,
        httpx.AsyncClient(headers={"Authorization": f"Bearer {hub.token}"}, timeout=60) as http,
    ):
        answer = await http.post(f"{url}/repos/{hub.name}/git/refs", json={"ref": "refs/heads/x"})

    assert answer.status_code == 500
    assert len(hub.malformed) == 1
