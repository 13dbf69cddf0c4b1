"""``shifty heal bench``: figures from data where the truth is known."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from shifty.cli.main import application
from shifty.healing.pages.browser import open_chromium
from shifty.healing.pages.pairs import read_pairs
from shifty.healing.scoring.score import Outcome, calibration_error

OLD = """<h1>Shop</h1><form><input name=q data-oracle=0><button id=find data-oracle=1>Search</button></form>
<ul><li><a href=/cart data-oracle=2>Cart</a></li><li><a href=/help>Help</a></li></ul>"""
NEW = """<h1>Shop</h1><main><form><input name=q data-oracle=0><button data-oracle=1>Search</button></form></main>
<ul><li><a href=/help>Help</a></li><li><a href=/cart data-oracle=2><b>Cart</b></a></li>
<li><a href=/cart>Cart</a></li></ul>"""


def call(*arguments: str) -> Result:
    line = ["heal", "bench", *arguments]
    return CliRunner().invoke(application(line), line)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    site = tmp_path / "pagepairs" / "shop"
    site.mkdir(parents=True)
    (site / "old.html").write_text(OLD)
    (site / "new.html").write_text(NEW)
    pairs = [recorded(0, "[name=q]", "ok"), recorded(1, "#find", "none"), recorded(2, "li a", "wrong")]
    (site / "pairs.json").write_text(json.dumps({"pairs": pairs}))
    (tmp_path / "similo48").mkdir()
    (tmp_path / "similo48" / "site.json").write_text(json.dumps(fingerprints()))
    return tmp_path


def recorded(oracle: int, selector: str, now: str) -> dict[str, object]:
    selectors = {"css": {"selector": selector, "on_old_chromium": "ok", "on_new_chromium": now}}
    return {"oracle": oracle, "selectors": selectors, "renamed": False, "usable": True}


def fingerprints() -> dict[str, object]:
    def element(text: str, place: int, **more: object) -> dict[str, object]:
        path = f"/html[1]/body[1]/a[{place}]"
        return {"tag": "a", "text": text, "href": f"/{text}", "x": 10, "y": 20 * place, "w": 80, "h": 18,
                "xpath": path, "idxpath": path, **more}  # fmt: skip

    def pair(text: str, place: int, answer: int, status: str = "ok") -> dict[str, object]:
        return {"target": element(text, place), "answer": answer, "equivalents": [answer], "label_status": status,
                "remove_for_negative": [answer], "old_xpath": f"/html[1]/body[1]/a[{place}]"}  # fmt: skip

    candidates = [element(text, place) for place, text in enumerate(("Home", "Prices", "Blog", "Contact"), 1)]
    return {"site": "site", "candidates": candidates,
            "pairs": [pair("Prices", 1, 1), pair("Blog", 3, 2), pair("Home", 1, 0, "ambiguous")]}  # fmt: skip


def test_both_sets_are_scored_beside_the_peer(data: Path) -> None:
    result = call(str(data), "--json", "--rounds", "1")

    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    fingerprint, pages = found["fingerprints"], found["pages"]
    assert (fingerprint["sites"], fingerprint["shifty"]["cases"], fingerprint["shifty"]["allBrokenCases"]) == (1, 2, 1)
    assert (pages["sites"], pages["shifty"]["cases"], pages["shifty"]["allBrokenCases"]) == (1, 3, 2)
    for one in (fingerprint, pages):
        assert (one["shifty"]["right"], one["similo"]["right"]) == (1, 1)
        assert one["shifty"]["healedThoughRemoved"] is not None
        assert one["similo"]["healedThoughRemoved"] is None
    assert 1400 < found["time"]["elements"] < 1600


def test_people_get_a_table(data: Path) -> None:
    (data / "similo48" / "site.json").unlink()

    result = call(str(data), "--rounds", "0")

    assert "page pairs: right first answer" in result.output
    assert "fingerprints" not in result.output


def test_a_folder_without_data_is_refused(tmp_path: Path) -> None:
    assert "neither `similo48` nor `pagepairs`" in str(call(str(tmp_path)).exception)


def test_the_truth_is_hidden_from_who_is_judged_and_its_doubles_count(data: Path) -> None:
    with open_chromium() as browser:
        found = read_pairs(data / "pagepairs", browser)

    assert "oracle" not in str(found)
    here = found.sites["shop"]
    right = [[(here[index].tag, here[index].text) for index in pair.answers] for pair in found.pairs]
    assert right[:2] == [[("input", "")], [("button", "Search")]]
    assert right[2] == [("a", "Cart"), ("b", "Cart"), ("a", "Cart")]
    assert [pair.reasons for pair in found.pairs] == [[], ["css"], ["css"]]


def test_confidence_is_calibrated_when_it_says_how_often_it_is_right() -> None:
    def answers(confidence: float, right: int, wrong: int, weight: float = 1) -> list[Outcome]:
        return [Outcome(n < right, confidence, heals=False, weight=weight) for n in range(right + wrong)]

    assert calibration_error(answers(0.75, 3, 1)) == pytest.approx(0)
    assert calibration_error(answers(1, 0, 5)) == pytest.approx(1)
    assert calibration_error([*answers(0.75, 3, 1), *answers(0.5, 0, 4, 0.25)]) == pytest.approx(0.1)
