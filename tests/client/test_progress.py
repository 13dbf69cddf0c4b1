"""Server-sent events as they come over the wire."""

from collections.abc import AsyncIterator

from shifty.client.progress import Event, events


async def lines(text: str) -> AsyncIterator[str]:
    for line in text.split("\n"):
        yield line


async def read(text: str) -> list[Event]:
    return [event async for event in events(lines(text))]


async def test_an_event_has_the_last_id_and_its_data() -> None:
    assert await read("retry: 2000\n\nid: 7\ndata: {}\n\n") == [Event("7", "{}")]


async def test_data_over_several_lines_is_one_text() -> None:
    assert await read("data: a\ndata:b\n\n") == [Event(None, "a\nb")]


async def test_comments_and_names_are_passed_over() -> None:
    assert await read(": still here\nevent: x\nid: 1\ndata: 1\n\n: again\n\n") == [Event("1", "1")]


async def test_an_event_that_was_cut_off_is_none() -> None:
    assert await read("data: whole\n\ndata: ha") == [Event(None, "whole")]
