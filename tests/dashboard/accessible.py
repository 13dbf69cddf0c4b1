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


_TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth + 1;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll('body *')]
    .filter(element => element.getBoundingClientRect().right > width)
    .map(element => element.outerHTML.slice(0, 120))
    .slice(-5);
}"""


def too_wide(page: Page) -> Sequence[str]:
    """What makes all of the page scroll sideways, if anything does; a table may, within the page."""
    return page.evaluate(_TOO_WIDE)
