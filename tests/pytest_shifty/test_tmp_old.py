import pytest
from tests.pytest_shifty.conftest import SOURCE, Suite, address
@pytest.mark.parametrize("v", ["1.58.0", "1.50.0", "xdist"])
async def test_old(server, suite: Suite, v: str):
    told = {**address(server)}
    extra = []
    if v == "xdist":
        extra = ["-n", "2"]
        told["SHIFTY_RUN_ID"] = "xd"
    else:
        told["PYTHONPATH"] = f"{SOURCE}:/tmp/pytest_old/pw-{v}"
    k = "test_fill or test_async or test_expectation or test_removed or test_wrong"
    before = await suite.play("-k", k, *extra, **told)
    print(before.printed[-6000:])
    after = await suite.play("-k", k, "--durations=0", *extra, PAGES="after", **told)
    print(after.printed)
    if v == "xdist":
        import httpx
        async with httpx.AsyncClient(base_url=f"{server.url}/api/v1", headers=server.headers) as client:
            print("RUNS->", (await client.get("/runs")).text)
    assert 0
