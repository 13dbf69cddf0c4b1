from uuid import uuid4
import json
from tests.reporter.conftest import *
async def test_x(server, tmp_path):
    stage = staged(tmp_path, "outcomes")
    run = str(uuid4())
    played = await stage.play(server, SHIFTY_RUN_ID=run, SHIFTY_DEBUG="1")
    print(played.output)
    answer = await get(server, f"/runs/{run}")
    print(json.dumps(answer["run"], indent=1))
    for r in answer["results"]: print(r["status"], r["testFile"], r["titlePath"], r["projectName"], r["reason"])
    arts = await get(server, f"/runs/{run}/artifacts")
    print(arts)
    assert 0
