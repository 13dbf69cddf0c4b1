"""The lock that tells whether a data folder is in use."""

from pathlib import Path

from shifty.cli.file_lock import FileLock


async def test_users_share_and_only_the_last_gets_it_for_itself(tmp_path: Path) -> None:
    first, second, server = (FileLock(tmp_path / "users.lock") for _ in range(3))
    await first.shared()
    await second.shared()

    assert not server.try_exclusive()
    first.release()
    assert not server.try_exclusive()
    second.release()
    assert server.try_exclusive()
    server.release()


async def test_a_user_can_become_the_only_one(tmp_path: Path) -> None:
    user, other = FileLock(tmp_path / "l"), FileLock(tmp_path / "l")
    await user.shared()
    user.release()

    assert user.try_exclusive()
    assert not other.try_exclusive()
    user.release()
