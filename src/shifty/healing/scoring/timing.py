"""How long a heal takes, without the wait: collecting a page, ranking its elements, and writing the selector."""

import time
from collections.abc import Callable
from statistics import quantiles

import msgspec
from playwright.sync_api import Browser

from shifty.healing.engine.model import Answer, Question
from shifty.healing.pages.collect import collect
from shifty.healing.pages.selectors import write_selector

_ROW = """<li class="card item-{n}"><div class="media"><img alt="Picture {n}" src="data:,"><span>New</span></div>
<div class="body"><h3><a href="/products/{n}">Product {n} of the season</a></h3><p>Colour {n}, size {size}</p>
<form><label for="q{n}">Amount</label> <input id="q{n}" name="amount" type="number"> <button>Add {n}</button></form>
<span class="price">{n} €</span></div></li>"""
_PER_ROW = 13
_LOST = "save-the-cart"


class Times(msgspec.Struct, rename="camel", frozen=True):
    """Milliseconds."""

    elements: int
    collect_p50: float
    collect_p95: float
    heal_p50: float
    heal_p95: float


def time_heals(browser: Browser, decide: Callable[[Question], Answer], *, elements: int, rounds: int) -> Times:
    """Of a button whose id was changed, on a made-up shop page of about ``elements`` elements."""
    page = browser.new_page()
    page.set_content(shop(elements, button_id=_LOST))
    was = collect(page, f"#{_LOST}", describe="matches").elements[0]
    collected: list[float] = []
    healed: list[float] = []
    found = 0
    for round_ in range(rounds):
        page.set_content(shop(elements, button_id=f"keep-{round_}"))
        began = time.perf_counter()
        now = collect(page)
        collected.append((time.perf_counter() - began) * 1000)
        answer = decide(Question(selector=f"#{_LOST}", candidates=now.elements, fingerprints=[was], action="click"))
        if answer.index is not None:
            write_selector(page, now.elements[answer.index], now.elements)
        healed.append((time.perf_counter() - began) * 1000)
        found = len(now.elements)
    page.close()
    return Times(found, *_p50_p95(collected), *_p50_p95(healed))


def shop(elements: int, *, button_id: str) -> str:
    """A page of about ``elements`` elements."""
    rows = "".join(_ROW.format(n=n, size=n % 7) for n in range(max(1, elements // _PER_ROW)))
    return f"<h1>Shop</h1><main><ul>{rows}</ul><footer><button id={button_id}>Save the cart</button></footer></main>"


def _p50_p95(times: list[float]) -> tuple[float, float]:
    cuts = quantiles(times if len(times) > 1 else times * 2, n=20, method="inclusive")
    return round(cuts[9], 1), round(cuts[18], 1)
