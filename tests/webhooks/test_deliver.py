"""Deliveries: what is sent, when it is sent again, and what a crash leaves."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import cast
from uuid import UUID

import pytest

from shifty.database.pool import Database
from shifty.orchestration.cancel import cancel_run
from shifty.results.store import RunKey
from shifty.tenants.model import Caller
from shifty.web.pagination import Page
from shifty.webhooks.change import Changed, Changes, add_webhook, change_webhook, remove_webhook
from shifty.webhooks.deliver import deliver_due, forget, send_test
from shifty.webhooks.enqueue import run_ended
from shifty.webhooks.list_webhooks import list_deliveries
from shifty.webhooks.model import Delivery, Event, Outcome, pause_after
from shifty.webhooks.send import Sender
from tests.support.runs import start, suite
from tests.webhooks.conftest import ended_run, make_due, now
from tests.webhooks.receiver import Receiver


async def hooked(db: Database, caller: Caller, receiver: Receiver, *events: Event) -> Changed:
    return await add_webhook(db, caller, receiver.url, events or ("run.finished",))


async def deliveries(db: Database, caller: Caller, made: Changed) -> list[Delivery]:
    return list((await list_deliveries(db, caller, made.webhook.webhook.id, Page(50))).deliveries)


async def test_a_run_that_ends_is_told_of_with_what_has_failed(
    db: Database, tenant_id: UUID, caller: Caller, receiver: Receiver, sender: Sender
) -> None:
    made = await hooked(db, caller, receiver)
    error = "\x1b[31mError: the bank did not answer\x1b[39m\n    at pay (tests/000.spec.ts:3:1)"
    key = await ended_run(db, tenant_id, error=error)

    assert await deliver_due(db, sender) == 1

    (received,) = receiver.received
    assert received.path == "/hooks/shifty?room=7"
    assert received.headers["host"] == f"localhost:{receiver.port}"
    assert made.secret is not None
    assert received.is_signed_with(made.secret)
    told = received.told
    assert told["type"] == "run.finished"
    data = told["data"]
    assert isinstance(data, dict)
    assert data["verdict"] == "Run failed: 1 of 3 tests failed."
    assert (data["runId"], data["project"], data["conclusion"]) == (str(key.run_id), "shop", "failed")
    assert (data["totalTests"], data["passedTests"], data["failedTests"]) == (3, 2, 1)
    assert data["url"] == f"https://shifty.example.com/runs/{key.run_id}"
    (failure,) = cast("list[dict[str, object]]", data["failures"])
    assert failure["error"] == "Error: the bank did not answer"
    assert failure["titlePath"] == ["suite", "test 1"]
    (delivery,) = await deliveries(db, caller, made)
    assert (delivery.state, delivery.status, delivery.tries, delivery.error) == ("delivered", 204, 1, None)
    assert str(delivery.id) == received.headers["webhook-id"]
    assert await deliver_due(db, sender) == 0


async def test_run_failed_is_not_told_of_a_run_that_passed_but_of_one_that_was_cancelled(
    db: Database, tenant_id: UUID, caller: Caller, receiver: Receiver, sender: Sender
) -> None:
    await hooked(db, caller, receiver, "run.failed")
    await ended_run(db, tenant_id)
    assert await deliver_due(db, sender) == 0

    cancelled = await start(db, tenant_id, suite(1), workers=1)
    await cancel_run(db, tenant_id, cancelled.run_id)

    await deliver_due(db, sender)
    (received,) = receiver.received
    data = received.told["data"]
    assert isinstance(data, dict)
    assert (received.told["type"], data["conclusion"]) == ("run.failed", "cancelled")


async def test_a_run_is_told_once_to_each_who_asked_and_to_nobody_else(
    db: Database, tenant_id: UUID, caller: Caller, receiver: Receiver, sender: Sender
) -> None:
    await ended_run(db, tenant_id)
    both = await hooked(db, caller, receiver, "run.finished", "run.failed")
    off = await hooked(db, caller, receiver)
    await change_webhook(db, caller, off.webhook.webhook.id, Changes(enabled=False))
    other = await start(db, tenant_id, suite(1), workers=1)
    async with db.connection() as connection:
        await connection.execute("insert into projects (tenant_id, slug) values (%s, 'other')", (tenant_id,))
    await add_webhook(db, caller, receiver.url, ("run.finished",), "other")
    await cancel_run(db, tenant_id, other.run_id)

    async with db.transaction() as tx:
        await run_ended(tx, tenant_id, other.run_id)
    await deliver_due(db, sender)

    assert sorted(str(received.told["type"]) for received in receiver.received) == ["run.failed", "run.finished"]
    assert len(await deliveries(db, caller, both)) == 2


async def test_a_run_that_is_not_closed_after_all_is_not_told_of(
    db: Database, tenant_id: UUID, caller: Caller, receiver: Receiver
) -> None:
    made = await hooked(db, caller, receiver)
    run = await start(db, tenant_id, suite(1), workers=1)

    async def dies() -> None:
        async with db.transaction() as tx:
            await run_ended(tx, tenant_id, run.run_id)
            raise EOFError

    with pytest.raises(EOFError):
        await dies()

    assert await deliveries(db, caller, made) == []


async def test_what_nobody_takes_is_tried_seven_times_ever_more_rarely(
    db: Database, tenant_id: UUID, caller: Caller, receiver: Receiver, sender: Sender
) -> None:
    made = await hooked(db, caller, receiver)
    await ended_run(db, tenant_id)
    receiver.answers = ["500 Oops", "302 Found\r\nLocation: /elsewhere", *(["503 Busy"] * 5)]
    waited: list[timedelta | None] = []

    for _ in range(7):
        begun = await now(db)
        assert await deliver_due(db, sender) == 1
        (delivery,) = await deliveries(db, caller, made)
        waited.append(delivery.next_try_at - begun if delivery.next_try_at else None)
        await make_due(db)

    pauses = [pause_after(tries) for tries in range(1, 8)]
    assert pauses[0] == timedelta(seconds=10)
    assert pauses[-2:] == [timedelta(hours=24), None]
    for pause, found in zip(pauses, waited, strict=True):
        assert (found is None) if pause is None else (found is not None and found >= pause)
    (delivery,) = await deliveries(db, caller, made)
    assert (delivery.state, delivery.tries, delivery.status, delivery.error) == ("failed", 7, 503, "answered 503")
    assert await deliver_due(db, sender) == 0
    assert {received.headers["webhook-id"] for received in receiver.received} == {str(delivery.id)}
    assert {received.path for received in receiver.received} == {"/hooks/shifty?room=7"}


async def test_who_dies_between_sending_and_noting_sends_again_under_the_same_id(
    db: Database, tenant_id: UUID, caller: Caller, receiver: Receiver, sender: Sender
) -> None:
    class Dying(Sender):
        async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
            await super().post(url, body, headers)
            raise asyncio.CancelledError

    made = await hooked(db, caller, receiver)
    await ended_run(db, tenant_id)

    with pytest.raises(asyncio.CancelledError):
        await deliver_due(db, Dying(None, private_addresses=True))

    (left,) = await deliveries(db, caller, made)
    assert (left.state, left.tries) == ("waiting", 1)
    # Not at once: who has taken it may be alive.
    assert await deliver_due(db, sender) == 0
    await make_due(db)
    assert await deliver_due(db, sender) == 1
    first, second = receiver.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body.partition(b'"url"')[0] == second.body.partition(b'"url"')[0]
    assert (await deliveries(db, caller, made))[0].state == "delivered"


async def test_two_servers_send_each_delivery_once(
    db: Database, tenant_id: UUID, caller: Caller, receiver: Receiver, sender: Sender
) -> None:
    for _ in range(3):
        await hooked(db, caller, receiver, "run.finished", "run.failed")
    await ended_run(db, tenant_id, error="no")

    tried = await asyncio.gather(*(deliver_due(db, sender) for _ in range(4)))

    assert sum(tried) == len(receiver.received) == 6
    assert len({received.headers["webhook-id"] for received in receiver.received}) == 6


async def test_one_who_comes_late_undoes_nothing(
    db: Database, tenant_id: UUID, caller: Caller, receiver: Receiver, sender: Sender
) -> None:
    class Slow(Sender):
        async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
            await make_due(db)
            assert await deliver_due(db, sender) == 1
            return Outcome(500, "answered 500")

    made = await hooked(db, caller, receiver)
    await ended_run(db, tenant_id)

    await deliver_due(db, Slow(None, private_addresses=True))

    (delivery,) = await deliveries(db, caller, made)
    assert (delivery.state, delivery.tries, delivery.status) == ("delivered", 2, 204)


async def test_what_waits_goes_to_the_new_address_with_the_new_secret_once_it_is_on_again(
    db: Database, tenant_id: UUID, caller: Caller, receiver: Receiver, sender: Sender
) -> None:
    made = await add_webhook(db, caller, "http://localhost:9/nobody", ("run.finished",))
    webhook_id = made.webhook.webhook.id
    await ended_run(db, tenant_id)
    await change_webhook(db, caller, webhook_id, Changes(enabled=False))
    assert await deliver_due(db, sender) == 0

    changed = await change_webhook(db, caller, webhook_id, Changes(url=receiver.url, enabled=True, rotate=True))
    await deliver_due(db, sender)

    (received,) = receiver.received
    assert changed.secret is not None
    assert changed.secret != made.secret
    assert received.is_signed_with(changed.secret)


async def test_a_test_is_sent_at_once_and_once_even_where_the_webhook_is_off(
    db: Database, caller: Caller, receiver: Receiver, sender: Sender
) -> None:
    made = await hooked(db, caller, receiver)
    webhook_id = made.webhook.webhook.id
    await change_webhook(db, caller, webhook_id, Changes(enabled=False))
    receiver.answers = ["404 Not Found"]

    failed = await send_test(db, sender, caller, webhook_id)
    taken = await send_test(db, sender, caller, webhook_id)

    assert (failed.state, failed.status, failed.tries, failed.next_try_at) == ("failed", 404, 1, None)
    assert (taken.state, taken.status, taken.run_id) == ("delivered", 204, None)
    assert [received.told["type"] for received in receiver.received] == ["test", "test"]
    assert await deliver_due(db, sender) == 0


async def test_what_is_removed_is_told_nothing_more(
    db: Database, tenant_id: UUID, caller: Caller, receiver: Receiver, sender: Sender
) -> None:
    made = await hooked(db, caller, receiver)
    await ended_run(db, tenant_id)

    await remove_webhook(db, caller, made.webhook.webhook.id)

    assert await deliver_due(db, sender) == 0
    assert receiver.received == []


async def test_what_became_of_deliveries_is_forgotten_after_a_month(
    db: Database, tenant_id: UUID, caller: Caller, receiver: Receiver, sender: Sender
) -> None:
    made = await hooked(db, caller, receiver)
    keys: list[RunKey] = [await ended_run(db, tenant_id) for _ in range(2)]
    await deliver_due(db, sender)
    async with db.connection() as connection:
        await connection.execute(
            "update webhook_deliveries set created_at = now() - interval '31 days' where run_id = %s", (keys[0].run_id,)
        )

    await forget(db)

    assert [delivery.run_id for delivery in await deliveries(db, caller, made)] == [keys[1].run_id]


async def test_a_run_ends_although_a_webhook_is_removed_at_the_same_moment(
    db: Database, tenant_id: UUID, caller: Caller, receiver: Receiver, sender: Sender
) -> None:
    made = await hooked(db, caller, receiver)
    staying = await hooked(db, caller, receiver)
    key = await start(db, tenant_id, suite(1), workers=1)

    async with db.transaction() as tx:
        await tx.execute("delete from webhooks where id = %s", [made.webhook.webhook.id])
        ending = asyncio.create_task(cancel_run(db, tenant_id, key.run_id))
        await asyncio.sleep(0.2)

    await ending
    (delivery,) = await deliveries(db, caller, staying)
    assert delivery.run_id == key.run_id


async def test_a_delivery_that_can_not_be_sent_is_given_up_and_holds_up_no_other(
    db: Database, tenant_id: UUID, caller: Caller, receiver: Receiver, sender: Sender
) -> None:
    broken = await hooked(db, caller, receiver)
    made = await hooked(db, caller, receiver)
    await ended_run(db, tenant_id)
    async with db.connection() as connection:
        await connection.execute("update webhooks set secret = 'whsec_a' where id = %s", [broken.webhook.webhook.id])

    await deliver_due(db, sender)

    (delivery,) = await deliveries(db, caller, broken)
    assert (delivery.state, delivery.tries) == ("waiting", 1)
    assert delivery.error == "Shifty failed to send it: the log of the server says why"
    (other,) = await deliveries(db, caller, made)
    assert other.state == "delivered"
