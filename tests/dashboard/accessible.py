"""What axe-core finds on a page."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from playwright.sync_api import Page

_AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
_RUN = """async () => {
  const found = await axe.run(document, { resultTypes: ['violations'] });
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => {
      const where = nodes.slice(0, 3).map(node => node.html.slice(0, 200)).join(' | ');
      return `${id}: ${help}: ${where}`;
    });
}"""


@cache
def _source() -> str:
    return _AXE.read_text(encoding="utf-8")


def serious_violations(page: Page) -> Sequence[str]:
    """One line each."""
    page.evaluate(f"() => {{ {_source()} }}")
    return page.evaluate(_RUN)


def is_wider_than_the_screen(page: Page) -> bool:
    """Whether all of the page scrolls sideways; a table may, within the page."""
    return page.evaluate("() => document.documentElement.scrollWidth > document.documentElement.clientWidth + 1")
