"""``shifty heal rank`` answers line by line, and a bad line keeps none of the others from its answer."""

import json
import subprocess
import sys

LOGIN = {"tag": "button", "id": "login", "text": "Sign in", "neighbor_text": "Password", "is_button": True, "x": None}


def rank(*lines: object) -> subprocess.CompletedProcess[str]:
    stdin = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    command = [sys.executable, "-m", "shifty.cli", "heal", "rank"]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=60, check=False)


def test_lines_are_answered_in_order_and_bad_ones_told_with_line_and_field() -> None:
    camel = {"tag": "button", "testId": "go", "text": "Sign in", "neighborText": "Password", "isButton": True}
    other = {"tag": "a", "text": "Help", "href": "/help"}

    done = rank(
        {"target": LOGIN, "candidates": [other, camel]},
        {"target": LOGIN, "candidates": [other, {"tag": "a", "w": "wide"}]},
        "",
        "no JSON",
        {"target": LOGIN, "candidates": []},
        {"candidates": []},
    )

    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["ranking"] for answer in answers] == [[1, 0], []]
    assert all(set(answer) == {"ranking", "confidence", "decision", "strategy"} for answer in answers)
    assert answers[1]["decision"] == "refuse"
    faults = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    assert [fault["line"] for fault in faults] == [2, 4, 6]
    assert "candidates[1]" in faults[0]["error"]
    assert "w" in faults[0]["error"]
    assert "target" in faults[2]["error"]
    assert done.returncode == 2
