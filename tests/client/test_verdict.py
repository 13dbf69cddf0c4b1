"""Which answers mean "later" and which mean "no"."""

import pytest

from shifty.client.errors import Cancelled, LeaseGone, ServerAway, Stopped
from shifty.client.verdict import failure_of

URL = "http://shifty.test"


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_may_pass_later_is_a_server_that_is_away(status: int) -> None:
    assert isinstance(failure_of(status, b"", None, URL), ServerAway)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 422])
def test_a_refusal_stops(status: int) -> None:
    assert isinstance(failure_of(status, b"{}", None, URL), Stopped)


@pytest.mark.parametrize(("code", "kind"), [("RUN_CANCELLED", Cancelled), ("LEASE_LOST", LeaseGone)])
def test_conflicts_that_a_worker_must_tell_apart_have_a_type(code: str, kind: type[Stopped]) -> None:
    assert type(failure_of(409, f'{{"error": "no", "code": "{code}"}}'.encode(), None, URL)) is kind


def test_the_servers_own_sentence_is_kept() -> None:
    failure = failure_of(404, b'{"error": "There is no run 7.", "code": "RUN_NOT_FOUND"}', None, URL)

    assert str(failure) == "There is no run 7."
    assert isinstance(failure, Stopped)
    assert (failure.code, failure.status) == ("RUN_NOT_FOUND", 404)


def test_an_answer_that_is_not_ours_asks_whether_it_is_our_server() -> None:
    assert "Shifty server" in str(failure_of(404, b"<html>nginx</html>", None, URL))


@pytest.mark.parametrize(("header", "seconds"), [("7", 7.0), (None, None), ("soon", None), ("-3", 0.0)])
def test_retry_after_is_read(header: str | None, seconds: float | None) -> None:
    away = failure_of(503, b"", header, URL)

    assert isinstance(away, ServerAway)
    assert away.retry_after_s == seconds
