"""Answers that are kept in the process."""

from shifty.flakiness.advice.kept import MOST, Kept


async def test_what_was_asked_for_longest_ago_goes_first() -> None:
    made: list[int] = []
    kept = Kept[int]()

    async def get(key: int) -> int:
        async def make() -> int:
            made.append(key)
            return key * 2

        return await kept.get(key, make)

    for key in range(MOST):
        assert await get(key) == key * 2
    await get(0)
    await get(MOST)
    made.clear()

    assert (await get(0), await get(1)) == (0, 2)
    assert made == [1]
