"""``js/heal/collect.js`` in Chromium: what it sees, and that nobody notices it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from shifty.healing.engine.element import Element
from shifty.healing.pages.browser import open_chromium
from shifty.healing.pages.collect import Snapshot, collect


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with open_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def one_page(chromium: Browser) -> Page:
    return chromium.new_page()


@pytest.fixture
def page(one_page: Page) -> Page:
    """A fresh document: opening a page takes longer than most tests."""
    one_page.goto("about:blank")
    return one_page


def seen(page: Page, html: str, selector: str = "#it") -> Element:
    page.set_content(html)
    return collect(page, selector, describe="matches").elements[0]


def by_id(snapshot: Snapshot, id_: str) -> Element:
    return next(element for element in snapshot.elements if element.id == id_)


@pytest.mark.parametrize(
    ("html", "role", "name"),
    [
        ("<button id=it>Save <b>all</b></button>", "button", "Save all"),
        ("<input id=it type=submit>", "button", "Submit"),
        ("<input id=it type=button value=Go>", "button", "Go"),
        ("<label for=it>Your name</label><input id=it>", "textbox", "Your name"),
        ("<label>Mail <input id=it type=email></label>", "textbox", "Mail"),
        ("<input id=it placeholder='Search shop' type=search>", "searchbox", "Search shop"),
        ("<i id=a>Card</i> <i id=b>number</i><input id=it aria-labelledby='a b'>", "textbox", "Card number"),
        ("<a id=it href='/x' aria-label='Home page'><img alt=Logo></a>", "link", "Home page"),
        ("<a id=it href='/x'><img alt=Logo></a>", "link", "Logo"),
        ("<a id=it>no link</a>", "", ""),
        ("<h2 id=it>News <span style='display:none'>secret</span></h2>", "heading", "News"),
        ("<select id=it title=Size><option>S</select>", "combobox", "Size"),
        ("<select id=it multiple><option>S</select>", "listbox", ""),
        ("<img id=it alt=''>", "presentation", ""),
        ("<img id=it alt='A cat'>", "img", "A cat"),
        ("<fieldset id=it><legend>Ship to</legend></fieldset>", "group", "Ship to"),
        ("<div id=it role='tab other'>First</div>", "tab", "First"),
        ("<section id=it>x</section>", "", ""),
        ("<section id=it aria-label=Cart>x</section>", "region", "Cart"),
        ("<article><header id=it>x</header></article>", "", ""),
        ("<header id=it>x</header>", "banner", ""),
        ("<button id=it><svg><title>Close</title></svg></button>", "button", ""),
        ("<button id=it><span aria-hidden=true>x</span> Close</button>", "button", "Close"),
    ],
)
def test_an_element_has_the_role_and_the_name_that_a_screen_reader_says(
    page: Page, html: str, role: str, name: str
) -> None:
    element = seen(page, html)

    assert (element.role, element.accessible_name) == (role, name)


def test_an_element_is_described_by_all_that_identifies_it(page: Page) -> None:
    html = """<style>body{margin:0} div{padding:10px}</style><h2>Checkout</h2>
    <form id=pay class='card wide big'><div><span>Card</span>
      <input id=it name=number type=tel class='a b' data-testid=card data-x=1 aria-describedby=h autocomplete=cc-number
             value='4111 1111' placeholder='0000' title=Number required> <button type=button disabled>Pay</button>
    </div></form>"""

    element = seen(page, html)

    assert (element.tag, element.name, element.type, element.test_id) == ("input", "number", "tel", "card")
    assert (element.classes, element.data) == (["a", "b"], {"data-x": "1"})
    assert element.attributes == {"aria-describedby": "h", "autocomplete": "cc-number", "required": ""}
    assert element.xpath == "/html[1]/body[1]/form[1]/div[1]/input[1]"
    assert element.idxpath == "//*[@id='it']"
    assert element.ancestors == ["div", "form#pay.card.wide.big", "body", "html"]
    assert (element.neighbor_text, element.heading) == ("checkout card pay", "Checkout")
    assert (element.sibling_index, element.sibling_count) == (1, 3)
    assert element.visible
    assert element.enabled
    assert element.editable
    assert element.value == "", "what somebody has typed is not kept"


def test_the_same_is_said_of_an_element_alone_and_among_all(page: Page) -> None:
    page.set_content(
        "<h1>Shop</h1><ul>"
        + "".join(f"<li><a class=c{n} href='/{n}'>Item {n}</a> in stock" for n in range(40))
        + "</ul>"
    )

    alone = collect(page, "a.c20", describe="matches").elements[0]
    among = next(element for element in collect(page).elements if "c20" in element.classes)

    assert alone == among


def test_hidden_and_disabled_elements_are_seen_as_such(page: Page) -> None:
    page.set_content("""<button id=gone style='display:none'>A</button>
      <div style='visibility:hidden'><b id=no>B</b></div>
      <fieldset disabled><input id=off></fieldset><input id=fixed readonly><div id=free contenteditable>typed</div>""")

    found = collect(page)

    assert [by_id(found, id_).visible for id_ in ("gone", "no", "off")] == [False, False, True]
    assert [by_id(found, id_).enabled for id_ in ("gone", "off", "fixed")] == [True, False, True]
    assert [by_id(found, id_).editable for id_ in ("off", "fixed", "free")] == [False, False, True]
    assert by_id(found, "free").text == ""


def test_each_ref_finds_exactly_its_element_also_in_shadow_roots(page: Page) -> None:
    page.set_content("""<main><div id=twice><p>1</p></div><div id=twice><p>2</p></div>
      <x-card><span>light</span><b>L</b></x-card><x-card></x-card><svg><g id=g><text>t</text></g></svg></main>""")
    page.evaluate("""() => {
      for (const host of document.querySelectorAll('x-card')) {
        host.attachShadow({mode: 'open'}).innerHTML = '<span><slot></slot><x-in></x-in></span><button>Buy</button>';
        const inner = host.shadowRoot.querySelector('x-in');
        inner.attachShadow({mode: 'open'}).innerHTML = '<div><span id=deep>deep</span></div>';
      }
    }""")

    found = collect(page)
    inside = [element for element in found.elements if element.shadow]
    heard = [collect(page, element.ref, describe="matches") for element in found.elements]

    assert [again.count for again in heard] == [1] * len(found.elements)
    assert [again.elements[0].xpath for again in heard] == [element.xpath for element in found.elements]
    assert [again.elements[0].text for again in heard] == [element.text for element in found.elements]
    assert {tuple(element.shadow) for element in inside} == {("x-card",), ("x-card", "x-in")}
    assert [element.text for element in found.elements if element.tag == "x-card"] == ["lightL deep Buy", "deep Buy"]


def test_a_page_is_as_it_was_and_says_the_same_twice(page: Page) -> None:
    page.set_content(
        "<script>window.changes = 0</script><div><a href=x>A</a><p class='b c'>text</p><textarea>t</textarea></div>"
    )
    page.evaluate("new MutationObserver(all => window.changes += all.length).observe(document, {subtree: true, "
                  "childList: true, attributes: true, characterData: true})")  # fmt: skip
    names, html = page.evaluate("Object.getOwnPropertyNames(window).length"), page.content()

    first, second = collect(page), collect(page)

    assert page.content() == html
    assert page.evaluate("[window.changes, Object.getOwnPropertyNames(window).length]") == [0, names]
    assert first == second


def test_the_digest_follows_what_is_on_the_page(page: Page) -> None:
    page.set_content("<p>one</p><p style='position:absolute;left:0'>two</p>")
    before = collect(page).digest

    page.evaluate("document.querySelector('p + p').style.left = '90px'")
    moved = collect(page).digest
    page.evaluate("document.querySelector('p').textContent = 'three'")

    assert moved == before, "an animation never ends"
    assert collect(page).digest != before


def test_a_page_that_changes_all_the_time_is_collected_in_one_piece(page: Page) -> None:
    page.set_content("<ul></ul><button id=b>Stay</button>")
    page.evaluate("""() => {
      const list = document.querySelector('ul');
      let round = 0;
      const turn = () => {
        round += 1;
        list.innerHTML = Array.from({length: 50}, (_, n) => `<li class=r${round}>${n}</li>`).join('');
        setTimeout(turn);
      };
      turn();
    }""")

    for _ in range(3):
        found = collect(page)
        rounds = {element.classes[0] for element in found.elements if element.tag == "li"}
        assert len(rounds) == 1
        assert by_id(found, "b").text == "Stay"


def test_of_a_huge_page_what_can_be_used_comes_first(page: Page) -> None:
    page.set_content("<div id=root></div><button>Last</button>")
    page.evaluate("document.getElementById('root').innerHTML = '<div><i></i><p>text</p></div>'.repeat(4000)")

    found = collect(page, most=3000)

    assert found.truncated
    assert found.total == 12_004
    assert len(found.elements) == 3000
    assert found.elements[-1].text == "Last"
    assert {element.tag for element in found.elements} == {"div", "p", "button"}
    assert sum(element.tag == "div" for element in found.elements) == 1


def test_a_form_that_hides_its_own_properties_is_described_all_the_same(page: Page) -> None:
    page.set_content("""<form id=f><input name=children><input name=parentNode><input name=attributes><input name=id>
      <input name=getAttribute><input name=firstChild><button id=it>Send</button></form>
      <script>Array.prototype.toJSON = function () { return 'broken' }</script>""")

    found = collect(page)

    assert [element.tag for element in found.elements] == ["html", "body", "form", *["input"] * 6, "button"]
    assert by_id(found, "f").text == "Send"
    assert by_id(found, "it").ancestors == ["form#f", "body", "html"]


def test_a_page_that_breaks_the_dom_stops_nobody(page: Page) -> None:
    page.set_content("""<button>Send</button><script>
      Element.prototype.getAttribute = () => { throw new Error('mine') }</script>""")

    assert collect(page).elements == []


def test_matches_are_counted_and_only_some_are_described(page: Page) -> None:
    page.set_content("<b>x</b>" * 50)

    many, none = collect(page, "b", describe="matches"), collect(page, "u", describe="matches")

    assert (many.count, len(many.elements), many.truncated) == (50, 20, True)
    assert (none.count, none.elements) == (0, [])


def test_frames_are_collected_one_by_one(page: Page) -> None:
    page.set_content("<iframe name=inner srcdoc='<button id=in>In</button>'></iframe><button id=out>Out</button>")
    page.frame_locator("iframe").locator("#in").wait_for()

    outer = collect(page)
    inner = collect(page, "iframe >> internal:control=enter-frame >> html")

    assert {element.id for element in outer.elements if element.id} == {"out"}
    assert {element.id for element in inner.elements if element.id} == {"in"}
