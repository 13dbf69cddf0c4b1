"""How alike an element and each candidate are: some hundred columns, each between about 0 and 1.

The properties are those of Similo (TOSEM 2023) and VON Similo, the measures rapidfuzz's. What neither side has says
nothing: it is 0 both as a likeness and as a contradiction, so that poor and rich fingerprints can share one model.
"""

from collections.abc import Callable, Sequence

import numpy as np
from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from shifty.healing.engine.look import Look
from shifty.healing.engine.page import Column, Page
from shifty.healing.engine.words import opposed, synonymous

_CLICKED = frozenset({"a", "button", "summary", "input", "label", "li", "span"})


def columns(was: Look, page: Page) -> dict[str, Column]:
    """Every feature by name, one value per candidate."""
    made: dict[str, Column] = {}
    for family in (_labels, _identifiers, _links, _places, _boxes, _kinds, _surroundings):
        made |= family(was, page)
    made["similo"] = _similo(made)
    made |= _pooled(made, page)
    made |= _relative(made)
    return made


def _labels(was: Look, page: Page) -> dict[str, Column]:
    looks = page.looks
    label = [it.label for it in looks]
    has = _has(label)
    made = {
        "label_equal": _each(looks, lambda it: bool(was.label) and it.label == was.label),
        "label_ratio": _alike(was.label, label, fuzz.ratio),
        "label_tokens": _alike(was.label, label, fuzz.token_sort_ratio),
        "label_set": _alike(was.label, label, fuzz.token_set_ratio),
        "label_part": _alike(was.label, label, fuzz.partial_ratio),
        "label_words": _each(looks, lambda it: _jaccard(was.words, it.words)),
        "label_both": has * bool(was.label),
        "label_one": np.abs(has - bool(was.label)),
        "text_equal": _each(looks, lambda it: bool(was.text) and it.text == was.text),
        "text_one": np.abs(_has([it.text for it in looks]) - bool(was.text)),
        "label_any": _each(looks, lambda it: _any_name(was, it)),
    }
    rarity = page.rarity
    weight = sum(rarity.get(word, 1.0) for word in was.words) or 1.0
    made["label_rare"] = _each(looks, lambda it: sum(rarity.get(w, 1.0) for w in was.words & it.words) / weight)
    made["label_less"] = _each(looks, lambda it: len(was.words - it.words) / (len(was.words) or 1))
    made["label_more"] = _each(looks, lambda it: min(len(it.words - was.words) / 6, 1.0))
    made["label_length"] = np.minimum(np.array([len(text) for text in label], dtype=np.float64) / 60, 2)
    made["label_grown"] = np.abs(np.log1p([len(text) for text in label]) - np.log1p(len(was.label))) / 4
    made["twins"] = np.log1p(np.maximum(page.twins - 1, 0)) / 3
    made["unique_equal"] = made["label_equal"] * (page.twins <= 1)
    made["contradicts"] = made["label_both"] * (1 - made["label_set"])
    made["means"] = _of_each_label(label, lambda text: synonymous(was.label, text))
    made["opposed"] = _of_each_label(label, lambda text: bool(was.label and text) and opposed(was.label, text))
    return made


def _of_each_label(labels: Sequence[str], measure: Callable[[str], float]) -> Column:
    """Asked once per label: these measures cost more than others."""
    known = {text: float(measure(text)) for text in set(labels)}
    return np.array([known[text] for text in labels])


def _identifiers(was: Look, page: Page) -> dict[str, Column]:
    looks = page.looks
    made = _identifier("id", was.id, [it.id for it in looks])
    # A test id is an id: the pages that we train on have none, and it tells as much.
    for name, column in _identifier("id", was.test_id, [it.test_id for it in looks]).items():
        made[name] = np.maximum(made[name], column)
    made["id_differs"] *= 1 - made["id_equal"]
    made |= _identifier("name", was.name, [it.name for it in looks])
    made["marks"] = _each(looks, lambda it: _jaccard(was.marks, it.marks))
    made["marks_in"] = _each(looks, lambda it: _share(was.marks, it.marks))
    own = {found for found in (was.id, was.name, was.test_id) if found}
    made["any_identifier"] = _each(looks, lambda it: bool(own & {it.id, it.name, it.test_id}))
    made["classes"] = _each(looks, lambda it: _jaccard(was.classes, it.classes))
    made["classes_kept"] = _each(looks, lambda it: _share(was.classes, it.classes))
    made["class_ratio"] = _alike(was.class_line, [it.class_line for it in looks], fuzz.ratio)
    made["class_one"] = np.abs(_has([it.class_line for it in looks]) - bool(was.class_line))
    made["class_equal"] = _each(looks, lambda it: bool(was.classes) and was.classes == it.classes)
    made["attributes"] = _each(looks, lambda it: _jaccard(was.attributes, it.attributes))
    made["words_in_marks"] = _each(looks, lambda it: _share(was.words, it.marks))
    made["marks_in_words"] = _each(looks, lambda it: _share(was.marks, it.words))
    return made


def _identifier(name: str, mine: str, theirs: Sequence[str]) -> dict[str, Column]:
    has = _has(theirs)
    equal = np.array([bool(mine) and it == mine for it in theirs], dtype=np.float64)
    return {
        f"{name}_equal": equal,
        f"{name}_ratio": _alike(mine, theirs, fuzz.ratio),
        f"{name}_differs": has * bool(mine) - equal,
        f"{name}_one": np.abs(has - bool(mine)),
    }


def _links(was: Look, page: Page) -> dict[str, Column]:
    looks = page.looks
    href = [it.href for it in looks]
    place = [it.place for it in looks]
    has = _has(href) * bool(was.href)
    last = was.place.rpartition("/")[2]
    return {
        "href_equal": _each(looks, lambda it: bool(was.href) and it.href == was.href),
        "href_ratio": _alike(was.href, href, fuzz.ratio),
        "place_equal": _each(looks, lambda it: bool(was.place) and it.place == was.place),
        "place_ratio": _alike(was.place, place, fuzz.ratio),
        "place_tokens": _alike(was.place, place, fuzz.token_set_ratio),
        "place_last": _each(looks, lambda it: bool(last) and it.place.rpartition("/")[2] == last),
        "href_both": has,
        "href_one": np.abs(_has(href) - bool(was.href)),
        "href_contradicts": has * (1 - _alike(was.place, place, fuzz.ratio)),
    }


def _places(was: Look, page: Page) -> dict[str, Column]:
    looks = page.looks
    same_anchor = _each(looks, lambda it: bool(was.anchor) and it.anchor == was.anchor)
    anchored = _alike(was.anchored, [it.anchored for it in looks], fuzz.ratio)
    return {
        "path_equal": _each(looks, lambda it: bool(was.path) and it.path == was.path),
        "path_ratio": _alike(was.path, [it.path for it in looks], fuzz.ratio),
        "path_near": _alike(was.path, [it.path for it in looks], Levenshtein.normalized_similarity),
        "tags_ratio": _alike(was.tags, [it.tags for it in looks], fuzz.ratio),
        "tags_equal": _each(looks, lambda it: bool(was.tags) and it.tags == was.tags),
        "path_head": _each(looks, lambda it: _common(was.steps, it.steps) / max(len(was.steps), 1)),
        "path_tail": _each(looks, lambda it: _common(was.steps[::-1], it.steps[::-1]) / 5),
        "deeper": _each(looks, lambda it: abs(len(it.steps) - len(was.steps)) / 10),
        "anchor_equal": same_anchor,
        "anchored_ratio": anchored,
        "anchored_both": anchored * same_anchor,
        "anchored_equal": _each(looks, lambda it: bool(was.anchored) and it.anchored == was.anchored) * same_anchor,
    }


def _boxes(was: Look, page: Page) -> dict[str, Column]:
    box = page.box
    known = ((box[:, 2] > 0) & (box[:, 3] > 0)).astype(np.float64) * (was.w > 0 and was.h > 0)
    across, down = np.abs(box[:, 0] - was.x), np.abs(box[:, 1] - was.y)
    area, had = box[:, 2] * box[:, 3], max(was.w * was.h, 1.0)
    shape, was_shape = box[:, 2] / np.maximum(box[:, 3], 1), was.w / max(was.h, 1)
    return {
        "box_known": known,
        "box_near": known * np.maximum(0, 100 - np.hypot(across, down)) / 100,
        "box_far": known * np.minimum(np.log1p(np.hypot(across, down)) / 8, 1),
        "box_across": known * np.exp(-across / 200),
        "box_down": known * np.exp(-down / 200),
        "box_area": known * np.minimum(area, had) / np.maximum(np.maximum(area, had), 1),
        "box_shape": known * np.minimum(shape, was_shape) / np.maximum(np.maximum(shape, was_shape), 1e-6),
        "box_wide": known * np.minimum(box[:, 2], was.w) / np.maximum(np.maximum(box[:, 2], was.w), 1),
        "box_high": known * np.minimum(box[:, 3], was.h) / np.maximum(np.maximum(box[:, 3], was.h), 1),
    }


def _kinds(was: Look, page: Page) -> dict[str, Column]:
    looks = page.looks
    return {
        "tag_equal": _each(looks, lambda it: it.tag == was.tag),
        "role_equal": _each(looks, lambda it: bool(was.role) and it.role == was.role),
        "role_differs": _each(looks, lambda it: bool(was.role and it.role) and it.role != was.role),
        "type_equal": _each(looks, lambda it: bool(was.type) and it.type == was.type),
        "type_differs": _each(looks, lambda it: bool(was.type and it.type) and it.type != was.type),
        "button_equal": _each(looks, lambda it: it.is_button == was.is_button),
        "both_buttons": _each(looks, lambda it: it.is_button and was.is_button),
        "field_equal": _each(looks, lambda it: (it.tag in _FIELDS) == (was.tag in _FIELDS)),
        "clicked": _each(looks, lambda it: it.tag in _CLICKED),
        "link_lost": _each(looks, lambda it: was.tag == "a" and it.tag not in ("a", "button")),
        "container": _each(looks, lambda it: it.tag in ("div", "section", "ul", "nav", "header", "form", "footer")),
    }


_FIELDS = frozenset({"input", "select", "textarea"})


def _surroundings(was: Look, page: Page) -> dict[str, Column]:
    looks = page.looks
    around = [it.around for it in looks]
    has = _has(around)
    return {
        "near_words": _each(looks, lambda it: _jaccard(was.near, it.near)),
        "near_kept": _each(looks, lambda it: _share(was.near, it.near)),
        "near_overlap": _each(looks, lambda it: _overlap(was.near, it.near)),
        "near_ratio": _alike(was.around, around, fuzz.ratio),
        "near_one": np.abs(has - bool(was.around)),
        "heading_equal": _each(looks, lambda it: bool(was.heading) and it.heading == was.heading),
        "heading_ratio": _alike(was.heading, [it.heading for it in looks], fuzz.ratio),
    }


_SIMILO = (
    *((1.5, name) for name in ("tag_equal", "name_equal", "id_equal", "label_ratio", "near_overlap")),
    *((0.5, name) for name in ("class_ratio", "href_ratio", "path_ratio", "anchored_ratio", "button_equal")),
    *((0.5, name) for name in ("box_near", "box_area", "box_shape")),
)


def _similo(made: dict[str, Column]) -> Column:
    """Similo's published sum, scaled to 1: the yardstick that candidates are put in order by before we know better."""
    total = sum(weight for weight, _ in _SIMILO)
    return np.sum([weight * made[name] for weight, name in _SIMILO], axis=0) / total


_POOLED = (
    *("label_ratio", "label_any", "means", "id_ratio", "name_equal", "place_ratio", "class_ratio", "any_identifier"),
    "marks",
)


def _pooled(made: dict[str, Column], page: Page) -> dict[str, Column]:
    """The best of all that fill the same box: a click on any of them is a click on each."""
    groups = np.array(page.groups)
    pooled: dict[str, Column] = {}
    for name in _POOLED:
        best = np.zeros(page.size)
        np.maximum.at(best, groups, made[name])
        pooled[f"{name}_pooled"] = best[groups]
    return pooled


_COMPARED = (
    *("similo", "label_ratio", "label_set", "label_rare", "label_any", "means", "id_ratio", "place_ratio", "marks"),
    *("class_ratio", "near_words", "near_ratio", "path_ratio", "anchored_ratio", "tags_ratio"),
    *("box_near", "box_area", "box_shape"),
)


def _relative(made: dict[str, Column]) -> dict[str, Column]:
    """How far behind the best candidate of each measure: .9 tells little where others reach 1."""
    return {f"{name}_behind": np.max(made[name], initial=0) - made[name] for name in _COMPARED}


def _each(looks: Sequence[Look], measure: Callable[[Look], float]) -> Column:
    return np.fromiter((measure(it) for it in looks), dtype=np.float64, count=len(looks))


def _has(texts: Sequence[str]) -> Column:
    return np.fromiter((bool(text) for text in texts), dtype=np.float64, count=len(texts))


def _alike(mine: str, theirs: Sequence[str], scorer: Callable[..., float]) -> Column:
    """0 where either is empty."""
    if not mine or not theirs:
        return np.zeros(len(theirs))
    scores = process.cdist([mine], theirs, scorer=scorer)[0].astype(np.float64)
    if scorer is not Levenshtein.normalized_similarity:
        scores /= 100
    return scores * _has(theirs)


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    if not one or not other:
        return 0.0
    both = len(one & other)
    return both / (len(one) + len(other) - both)


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one) if one and other else 0.0


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(min(len(one), len(other)), 1)


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    count = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        count += 1
    return count


def _any_name(was: Look, it: Look) -> float:
    """1 where any of their names agree: a label that became a placeholder is still the same word."""
    if not was.label:
        return 0.0
    return float(it.label == was.label or was.label in it.others or it.label in was.others)
