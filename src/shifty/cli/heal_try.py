"""``shifty heal try``: what becomes of selectors when a page is replaced by another version."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from shifty.cli.options import Json
from shifty.cli.output import console, count, print_json, table

if TYPE_CHECKING:
    from shifty.healing.pages.outlook import Outlook

_COLOURS = {"heal": "green", "propose": "yellow", "refuse": "red"}
_STATUS = {
    "works": "still works",
    "moved": "hits another element",
    "missing": "finds nothing",
    "ambiguous": "finds several",
    "unknown": "not asked",
}


def register(group: typer.Typer) -> None:
    group.command("try")(try_out)


def try_out(
    old: Annotated[str, typer.Argument(metavar="OLD", help="The page as it is: an HTML file or a URL.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The page as it will be: an HTML file or a URL.")],
    selectors: Annotated[
        Path,
        typer.Option("--selectors", help="A file with one selector a line, or a JSON array of them."),
    ],
    network: Annotated[
        bool, typer.Option("--network", help="Let a page on disk fetch from the network. A URL always may.")
    ] = False,
    test_id_attribute: Annotated[
        str, typer.Option("--test-id-attribute", help="The attribute that holds test ids.")
    ] = "data-testid",
    chromium: Annotated[
        Path | None, typer.Option("--chromium", help="The browser's executable; default: the system's Chromium.")
    ] = None,
    json: Json = False,
) -> None:
    """Load two versions of a page and say what each selector of the old one would be healed to on the new."""
    # Playwright takes a while to import, which `heal rank` need not wait for.
    from shifty.cli.heal_selectors import read_selectors
    from shifty.healing.engine.decide import decide
    from shifty.healing.pages.browser import open_chromium
    from shifty.healing.pages.outlook import look_ahead

    asked = read_selectors(selectors)
    with open_chromium(chromium) as browser:
        found = look_ahead(browser, old, new, asked, decide, network=network, test_id=test_id_attribute)
    if json:
        print_json(found)
    else:
        _show(found)


def _show(found: "list[Outlook]") -> None:
    out = console(json=False)
    rows = table("selector", "on the new page", "decision", "sure", "heals to", right=("sure",))
    for one in found:
        rows.add_row(
            Text(_short(one.selector)),
            _STATUS[one.status],
            Text(one.decision if not one.reason else "–", _COLOURS[one.decision]),
            f"{one.confidence:.0%}" if not one.reason else "",
            Text(one.reason or _short(one.healed or "nothing on the page")),
        )
    out.print(rows)
    decisions = Counter(one.decision for one in found if not one.reason)
    unasked = sum(bool(one.reason) for one in found)
    out.print(
        f"\n{count(len(found), 'selector')}: {decisions['heal']} would be healed, {decisions['propose']} proposed for"
        + f" review, {decisions['refuse']} refused"
        + (f"; {unasked} cannot be followed from the old page." if unasked else ".")
    )


def _short(selector: str, size: int = 70) -> str:
    """A path says most at its end."""
    return selector if len(selector) <= size else "…" + selector[1 - size :]
