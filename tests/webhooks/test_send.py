"""Where messages go, and where they don't."""

import pytest

from shifty.webhooks.addresses import Unreachable, chosen, is_public
from shifty.webhooks.send import Sender
from tests.webhooks.receiver import Receiver


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
        ),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fec0::1", "fd00::1", "ff02::1"),
        *("::ffff:127.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::"),
    ],
)
def test_an_address_of_a_network_of_ones_own_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


def test_of_several_addresses_one_that_may_be_is_taken() -> None:
    assert chosen("h", ["10.0.0.1", "8.8.8.8", "1.1.1.1"], private=False) == "8.8.8.8"
    assert chosen("h", ["10.0.0.1", "8.8.8.8"], private=True) == "10.0.0.1"
    with pytest.raises(Unreachable, match="webhook_private_addresses"):
        chosen("h", ["10.0.0.1"], private=False)


async def test_without_the_setting_nothing_is_sent_into_the_own_network(receiver: Receiver) -> None:
    outcome = await Sender(None, private_addresses=False).post(receiver.url, b"{}", {})

    assert receiver.received == []
    assert outcome.status is None
    assert "webhook_private_addresses" in (outcome.error or "")


async def test_a_receiver_that_never_answers_is_given_up(receiver: Receiver) -> None:
    receiver.answers = [None]

    outcome = await Sender(None, private_addresses=True, answer_s=0.2).post(receiver.url, b"{}", {})

    assert (outcome.status, outcome.error) == (None, "no answer within 0.2 s")


@pytest.mark.parametrize("url", ["http://localhost:1/", "http://nobody.invalid/", f"http://{'a' * 64}.test/"])
async def test_what_can_not_be_reached_is_told_in_words(url: str) -> None:
    outcome = await Sender(None, private_addresses=True).post(url, b"{}", {})

    assert outcome.status is None
    assert outcome.error
