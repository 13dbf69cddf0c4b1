"""Ids and classes that a framework or a bundler made up: they change with the next build or the next rendering."""

import re
from functools import lru_cache

from shifty.healing.engine.words_opposites import split

_KNOWN = re.compile(
    r"""
    .*:r[0-9a-z]+:.* | .*«r[0-9a-z]+».* | _r_[0-9a-z]+_ .* # React's useId
  | (ember|ext-gen|ext-comp-|gwt-uid-|yui_|ui-id-|mui-|jss|jsx-|svelte-|tippy-|popper|el-id-|rc_select_|cdk-|uid-?
    |j_idt)[-_]?\d[\w-]*
  | (css|sc|emotion|svelte|astro|go|tw|r)-(?=\w*\d)[a-z0-9]{4,}(-\w+)*  # CSS in JS
  | (css|sc)-[A-Za-z]{5,8}
  | svelte-[a-z0-9]{5,} | data-v-[0-9a-f]{6,} | _ng(content|host)-.* | ng-tns-.* | v-[0-9a-f]{6,}
  | (makeStyles|withStyles|Mui[A-Za-z]+)-[\w-]*-\d+
  | (mat|mdc|pr|ant|el|ngb|headlessui|radix|downshift|react-select|select2|dojo|dijit)(-[a-z]+)*
    [-_:]+\d+([-_:].*)?  # counted while rendering
  | __BVID__\d+.* | [a-z]+_\d{6,}.*
    """,
    re.VERBOSE,
)
_UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.IGNORECASE)
_HASHED_TAIL = re.compile(r"[A-Za-z][\w-]*(?:__|--|_)(?P<tail>[A-Za-z0-9+]{5,10})")
_CHUNK = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")
_SHORT_WORDS = split("""
    add age all any app bar box btn card col day end fax get has img its key map max men min nav new now off old one out
    pay pin raw red row set sku sub sum sync tab tag tel top two url use val vat web www yes you zip
""")
_PARTS = re.compile(r"[-_.:]+")


@lru_cache(maxsize=16384)
def is_generated(token: str) -> bool:
    """Whether an id or a class, or a part of one, is made up by a machine.

    ``css-1x2y3z``, ``ember123``, ``:r3:``, ``Button_root__a1B2c``, hashes and UUIDs; not ``step-2`` or ``col-md-6``.
    """
    if not token:
        return False
    if _KNOWN.fullmatch(token) or _UUID.search(token):
        return True
    if (tail := _HASHED_TAIL.fullmatch(token)) and _random(tail["tail"]):
        return True
    return any(_random(part) for part in _PARTS.split(token))


def _random(part: str) -> bool:
    if len(part) < 5 or not part.isascii():
        return False
    if part.isdigit():
        return len(part) >= 5
    if re.fullmatch(r"[0-9a-f]{8,}", part) and any(c.isdigit() for c in part):
        return True
    chunks = _CHUNK.findall(part)
    words = [chunk for chunk in chunks if _is_word(chunk.lower())]
    if sum(map(len, words)) * 2 >= len(part):
        return False
    mixed = any(c.isdigit() for c in part) and len(chunks) >= 3
    humps = len(chunks) >= 3 and not part.isupper()
    mumbled = part.islower() and len(part) >= 6 and re.search(r"[aeiouy]", part) is None
    return mixed or humps or bool(mumbled)


def _is_word(chunk: str) -> bool:
    """As far as letters tell: four or more with a vowel, and no heap of consonants."""
    if len(chunk) < 4:
        return chunk in _SHORT_WORDS
    return re.search(r"[aeiou]", chunk) is not None and re.search(r"[^aeiouy]{6}", chunk) is None
