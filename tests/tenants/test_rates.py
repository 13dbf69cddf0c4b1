"""What a bucket holds, and what is told of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from shifty.tenants.rates import Bucket, Rate, Standing, holder_of

FIVE_HUNDRED = Rate(Bucket.API, 500)


def test_a_bucket_holds_twice_what_flows_in_a_minute() -> None:
    assert (FIVE_HUNDRED.capacity, FIVE_HUNDRED.per_second) == (1000, 500 / 60)


@pytest.mark.parametrize(
    ("tokens", "remaining", "reset"), [(1000, "1000", "0"), (999.5, "999", "1"), (500, "500", "60"), (0.3, "0", "120")]
)
def test_headers_say_what_is_left_and_when_all_is_there_again(tokens: float, remaining: str, reset: str) -> None:
    headers = Standing(FIVE_HUNDRED, True, tokens).headers()

    assert headers == {
        "RateLimit-Limit": "1000",
        "RateLimit-Remaining": remaining,
        "RateLimit-Reset": reset,
        "RateLimit-Policy": "500;w=60;burst=1000",
    }


@pytest.mark.parametrize(("per_minute", "tokens", "wait"), [(500, 0, 1), (1, 0, 60), (1, 0.5, 30), (2, 0.99, 1)])
def test_a_refused_caller_waits_for_one_whole_token(per_minute: int, tokens: float, wait: int) -> None:
    assert Standing(Rate(Bucket.API, per_minute), False, tokens).retry_after_s == wait


@given(some.integers(1, 10_000_000), some.floats(0, 1))
def test_no_header_is_ever_negative_and_nobody_waits_for_nothing(per_minute: int, share: float) -> None:
    rate = Rate(Bucket.INGEST, per_minute)
    standing = Standing(rate, True, share * rate.capacity)
    headers = standing.headers()

    assert 0 <= int(headers["RateLimit-Remaining"]) <= rate.capacity
    assert 0 <= int(headers["RateLimit-Reset"]) <= 120
    assert standing.retry_after_s >= 1


def test_only_ingest_is_taken_ahead_and_little_of_it() -> None:
    assert Rate(Bucket.API, 30_000).most_ahead == 0
    assert Rate(Bucket.ADDRESS, 30_000).most_ahead == 0
    assert Rate(Bucket.INGEST, 30_000).most_ahead == 64
    assert Rate(Bucket.INGEST, 100).most_ahead == 2


@pytest.mark.parametrize(
    ("address", "holder"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("a-socket", "a-socket"),
        ("", "unknown"),
        (None, "unknown"),
    ],
)
def test_neighbours_in_one_ipv6_network_share_a_bucket(address: str | None, holder: str) -> None:
    assert holder_of(address) == holder
