"""Signatures: as the scheme's own example has them."""

from datetime import UTC, datetime

from shifty.webhooks.sign import new_secret, signed_headers


def test_the_example_of_the_scheme_comes_out() -> None:
    headers = signed_headers(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        datetime.fromtimestamp(1614265330, UTC),
        b'{"test": 2432232314}',
    )

    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_no_two_secrets_are_alike() -> None:
    assert new_secret() != new_secret()
    assert new_secret().startswith("whsec_")
