"""Branch and pull request of a run's heals, on a GitHub that holds every call to GitHub's own description."""

from tests.pull_requests.conftest import AFTER, BEFORE, PATH, Forged, a_file, a_heal
from tests.pull_requests.hub import Hub


async def test_a_change_becomes_a_branch_with_a_commit_a_file_and_a_pull_request(github: Forged, hub: Hub) -> None:
    base = hub.branches["main"]
    page = "tests/pages/shop.ts"
    run_id = await github.run(heals=[a_heal(), a_heal("#user", frames=[{"file": page, "line": 3}], confidence=0.85)])
    screenshot = await github.seed.artifact(run_id, "x", "shifty-heal-1.png", type_="screenshot")

    pr = await github.offered(run_id, base, a_file(), a_file(page))

    branch = f"shifty/heal-selectors-{str(run_id)[:8]}"
    assert pr["prStatus"] == "open"
    assert (pr["repository"], pr["branchName"], pr["prNumber"]) == (hub.name, branch, 1)
    assert pr["prUrl"] == "https://github.com/acme/shop/pull/1"
    assert (pr["healingCount"], pr["avgConfidence"], pr["verifiedRuns"], pr["baseBranch"]) == (2, 0.9, 3, "main")
    newest, first, root = hub.log(branch)
    assert root.sha == base
    assert [path for path in first.files if first.files[path] != root.files[path]] == [PATH]
    assert newest.files[PATH] == newest.files[page] == ("100644", AFTER.encode())
    assert newest.files["README.md"] == root.files["README.md"]
    assert first.message == f"Heal 1 locator in {PATH}\n\nConfidence 0.95.\n\nRun: {run_id}\n"
    (pull,) = hub.pulls
    assert pull["title"] == "Heal 2 locators in 2 files"
    assert "`locator('#user')`" in pull["body"]
    assert await github.prs(run_id) == [pr]
    del screenshot
