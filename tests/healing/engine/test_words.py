"""Words of user interfaces: synonyms, opposites, numbers, words in identifiers, generated names."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shifty.healing.engine.generated import is_generated
from shifty.healing.engine.words import canonical, fold, identifier_words, normal, opposed, synonymous, toggled
from shifty.healing.engine.words_opposites import DEEDS, split
from shifty.healing.engine.words_synonyms import RELATED, SYNONYMS

SAME = [
    ("Sign in", "Log in"),
    ("Log in", "Anmelden"),
    ("Register", "Create your account"),
    ("S’inscrire", "Sign up"),
    ("Basket", "Cart"),
    ("E-Mail", "Email address"),
    ("User name", "username"),
    ("Help", "Support"),
    ("Next", "Next page"),
    ("Next", "Continue"),
    ("Delete item", "Remove item"),
    ("Kids & Baby", "Kids & Babies"),
    ("My account", "Account"),
    ("Schließen", "×"),
]
NEAR = [
    ("Search", "Search the shop"),
    ("Save", "Update"),
    ("Cart 1", "Cart 3"),
    ("250+ courses", "290+ courses"),
    ("© 2017 Shop", "© 2020 Shop"),
    ("Colour", "Color"),
]
OPPOSED = [
    ("Sign in", "Sign up"),
    ("Log in", "Log out"),
    ("Save changes", "Discard changes"),
    ("Edit profile", "Delete profile"),
    ("Add to cart", "Remove from cart"),
    ("Next", "Back"),
    ("Accept all", "Reject all"),
    ("Subscribe", "Unsubscribe"),
    ("Like", "Dislike"),
    ("Allow", "Don't allow"),
    ("First name", "Last name"),
    ("Password", "Confirm password"),
    ("Current password", "New password"),
    ("Billing address", "Shipping address"),
    ("Export as PDF", "Export as CSV"),
    ("Monday", "Tuesday"),
    ("Einblenden", "Ausblenden"),
    ("Oui", "Non"),
    ("Guardar", "Cancelar"),
    ("On", "Off"),
    ("Delete account", "Export account"),
    ("Delete account", "Archive account"),
    ("View order", "Print order"),
    ("Edit", "Share"),
    ("+", "−"),
    ("Page 1", "Page 2"),
    ("1", "2"),
    ("500 g", "750 g"),
    ("12 March", "13 March"),
    ("2026-03-01", "2026-03-02"),
    ("Pay $10", "Pay $20"),
]
COMPATIBLE = [
    ("Next", "Next page"),
    ("Sign in", "Sign in to continue"),
    ("Open", "Open an issue"),
    ("Display", "Play"),
    ("Design", "Sign"),
    ("Discount", "Count"),
    ("Do not sell my data", "Your privacy choices"),
    ("0", "3"),
    ("Inbox (3)", "Inbox (4)"),
    ("1,000+ courses", "1,100+ courses"),
    ("Version of 2017", "Version of the page"),
    ("Get it on Google Play", "20% off"),
    ("", "Save"),
    ("Save", "Save"),
    ("Submit", "Continue"),
    ("Show details", "Open details"),
    ("Buy now", "Add to cart"),
    ("Help", "Contact us"),
]


@pytest.mark.parametrize(("a", "b"), SAME)
def test_other_words_for_the_same_are_nearly_equal(a: str, b: str) -> None:
    assert synonymous(a, b) >= 0.9
    assert not opposed(a, b)


@pytest.mark.parametrize(("a", "b"), NEAR)
def test_labels_that_say_a_little_more_or_count_on_are_near(a: str, b: str) -> None:
    assert 0.6 < synonymous(a, b) < 0.95


@pytest.mark.parametrize(("a", "b"), OPPOSED)
def test_opposites_exclude_each_other(a: str, b: str) -> None:
    assert opposed(a, b)
    assert opposed(b, a)
    assert synonymous(a, b) == 0


@pytest.mark.parametrize(("a", "b"), COMPATIBLE)
def test_what_only_looks_like_an_opposite_is_none(a: str, b: str) -> None:
    assert not opposed(a, b)
    assert not opposed(b, a)


def test_one_control_may_say_two_opposites_in_turn() -> None:
    assert toggled("Follow", "Unfollow")
    assert toggled("Show details", "Hide details")
    assert not toggled("Save", "Cancel")


@given(st.text(max_size=60), st.text(max_size=60))
def test_likeness_is_symmetric_bounded_and_1_for_equals(a: str, b: str) -> None:
    assert 0 <= synonymous(a, b) <= 1
    assert synonymous(a, b) == pytest.approx(synonymous(b, a))
    assert opposed(a, b) == opposed(b, a)
    assert synonymous(a, a) == (1 if normal(a) else 0)
    assert not opposed(a, a)


def test_normal_forms() -> None:
    assert normal("  Café &  Bar’s… ") == "cafe and bar"
    assert fold("  Log\u00a0IN ") == "log in"
    assert canonical("Please log in now") == canonical("Please sign in now")
    assert normal("日本語") == "日本語"


def test_a_phrase_belongs_to_one_concept_and_related_ones_exist() -> None:
    lines = [line.split(":", 1) for line in SYNONYMS.replace("\n    ", " | ").strip().splitlines()]
    phrases = Counter(phrase.strip() for _, phrases in lines for phrase in phrases.split("|"))
    names = {name for name, _ in lines}

    related = {name for entry in RELATED.replace("\n", "|").split("|") if entry.strip() for name in entry.split()[:2]}

    assert [phrase for phrase, times in phrases.items() if times > 1] == []
    assert [phrase for phrase in phrases if phrase != normal(phrase)] == []
    assert related <= names | DEEDS


@pytest.mark.parametrize(
    ("identifier", "words"),
    [
        ("btn-login-submit", ("login", "submit")),
        ("loginSubmitBtn_3", ("login", "submit")),
        ("user_name", ("user", "name")),
        ("txtPwd", ("pwd",)),
        ("input-msg", ("message",)),
        ("btn-primary", ("btn", "primary")),
        ("styles_searchBox__3xKjH", ("styles", "search")),
        (":r3:", ()),
    ],
)
def test_identifiers_are_read_as_words(identifier: str, words: tuple[str, ...]) -> None:
    assert identifier_words(identifier) == words


@pytest.mark.parametrize(
    "token",
    sorted(
        split("""
            css-1x2y3z sc-bdVaJa ember123 :r3: «r1» radix-:r1: jss12 gNO89b Button_root__a1B2c svelte-1abcd
            mat-input-0 makeStyles-root-12 a1b2c3d4e5 550e8400-e29b-41d4-a716-446655440000 product-12345
            data-v-7ba5bd90 headlessui-menu-7 e1r4y8ey5 _ngcontent-abc-c12
        """)
    ),
)
def test_made_up_names_are_recognised(token: str) -> None:
    assert is_generated(token)


@pytest.mark.parametrize(
    "token",
    sorted(
        split("""
            step-2 col-md-6 h1 btn-primary login-form username password2 navbar-collapse page-header-login-button
            search-key block__element--modifier checkout-step__title js-link-box-ja address1 iPhoneX html5 rhythm
            text-2xl userId sign-up-form newsletter_email MuiButton-root
        """)
    ),
)
def test_names_by_authors_are_not_taken_for_made_up(token: str) -> None:
    assert not is_generated(token)
