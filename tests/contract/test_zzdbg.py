import sys; sys.path.insert(0,'/work/main')
from tests.contract.test_viewers import *
async def test_dbg(server, http):
    run_id = uuid4()
    async with producing(server, run_id) as producer:
        print(await producer.ask(start_message(totalTests=2)))
        async with viewing(server, run_id) as viewer:
            print(await viewer.next())
            await producer.say({"type": "test:start", "seq": 1, "payload": passed("logs in")})
            for i in range(3):
                try: print((await asyncio.wait_for(viewer.socket.recv(), 3))[:300])
                except Exception as e: print(repr(e))
