"""Numbers in labels: which of them name a thing (``Page 2``, ``500 g``, ``12 March``), and which count (``Cart 3``)."""

import re

from shifty.healing.engine.words_opposites import ORDINAL_NOUNS, UNITS, split

MONTHS = split("""
    january february march april may june july august september october november december jan feb mar apr jun
    jul aug sep sept oct nov dec januar februar marz mai juni juli oktober dezember okt dez janvier fevrier mars
    avril juin juillet aout septembre octobre novembre decembre enero febrero marzo abril mayo junio julio
    agosto septiembre octubre noviembre diciembre
""")
BADGED = split("""
    cart basket bag warenkorb panier carrito messages message inbox notifications notification alerts comments
    comment likes like favorites favourites wishlist orders filters filter all results updates tasks reviews
    copyright c
""")
"""A number after these tells how many there are."""

_PRICE = re.compile(r"[$€£¥₹]\s*\d|\d\s*[$€£¥₹]")
_COUNT = re.compile(r"\(\s*\d[\d.,]*\s*\+?\s*\)|\d\s?\+")
_DATE = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{1,4}|\d{1,2}:\d{2}")
_LARGE = 1000


def other_number(one: tuple[str, ...], other: tuple[str, ...], a: str, b: str) -> bool:
    """Whether two texts, equal but for their numbers, name different things. ``a``, ``b``: the texts as written."""
    if one == other or len(one) != len(other):
        return False
    places = [place for place, (x, y) in enumerate(zip(one, other, strict=True)) if x != y]
    if not all(one[place][0].isdigit() and other[place][0].isdigit() for place in places):
        return False
    if _PRICE.search(a) and _PRICE.search(b):
        return True
    if _COUNT.search(a) or _COUNT.search(b):
        return False
    return any(_names(one, place) and _names(other, place) for place in places)


def _names(tokens: tuple[str, ...], place: int) -> bool:
    number = tokens[place]
    before = tokens[place - 1] if place else ""
    after = tokens[place + 1] if place + 1 < len(tokens) else ""
    if _DATE.fullmatch(number) or {before, after} & MONTHS:
        return True
    if before in ORDINAL_NOUNS or after in UNITS or after in {"st", "nd", "rd", "th"}:
        return True
    whole = number.isdigit() and 0 < int(number) < _LARGE
    return whole and not after and before not in BADGED
