"""The test that is running in this process."""

import math
import time
from importlib import import_module
from pathlib import Path
from typing import cast

import pytest

from pytest_shifty.calls import part
from pytest_shifty.identity import TestName
from pytest_shifty.settings import Settings
from pytest_shifty.wire import Heal, Mode

NO_HEAL, PROPOSE = "shifty_no_heal", "shifty_propose"


class RunningTest:
    """One attempt at a test."""

    def __init__(self, item: pytest.Item, settings: Settings) -> None:
        name = TestName.of(item.nodeid, item.config.rootpath, settings.root)
        self.item = item
        self.id = name.id
        self.file = name.file
        # As pytest-rerunfailures counts.
        self.attempt = max(0, int(part(item, "execution_count") or 1) - 1)
        self.test_id_attribute = settings.test_id_attribute or _test_id_attribute()
        self.healed: set[str] = set()
        """Original selectors that were healed in it."""
        self.refused: dict[str, int] = {}
        """How often uses were refused in it."""
        self._missing: dict[str, float] = {}
        self.told: list[Heal] = []
        self.passed = False
        """Known when it has ended."""
        self._began = time.monotonic()
        self._may_take_s = _timeout_of(item)

    @property
    def mode(self) -> Mode:
        """A test that is meant to fail must not be helped."""
        if self.item.get_closest_marker(NO_HEAL) or self.item.get_closest_marker("xfail"):
            return "off"
        return "propose" if self.item.get_closest_marker(PROPOSE) else "heal"

    def left_ms(self) -> float:
        """Until it runs into pytest-timeout's end; may be infinite."""
        return max(0.0, (self._began + self._may_take_s - time.monotonic()) * 1000)

    def missing_ms(self, use: str) -> float:
        """Since a use first found nothing in it."""
        now = time.monotonic()
        return (now - self._missing.setdefault(use, now)) * 1000

    def output_path(self, name: str) -> Path:
        """As pytest-playwright names the folder of a test."""
        output = str(self.item.config.getoption("--output", "test-results"))
        slug = "".join(sign if sign.isalnum() else "-" for sign in self.item.nodeid.lower())
        return Path(output).absolute() / slug[-100:].strip("-") / name


def _timeout_of(item: pytest.Item) -> float:
    """Seconds, as pytest-timeout has it; infinite without it."""
    marker = item.get_closest_marker("timeout")
    said: list[object] = [marker.args[0] if marker and marker.args else None]
    if marker is None and item.config.pluginmanager.hasplugin("timeout"):
        said = [item.config.getoption("timeout", None), item.config.getini("timeout")]
    for one in said:
        try:
            if one is not None and float(cast("str", one)) > 0:
                return float(cast("str", one))
        except (TypeError, ValueError):
            continue
    return math.inf


def _test_id_attribute() -> str:
    for module in ("playwright._impl.locator", "playwright._impl._locator"):
        try:
            return str(import_module(module).test_id_attribute_name())
        except (ImportError, AttributeError):
            continue
    return "data-testid"
