"""`shifty plan` and `shifty simulate`: what they print, and what they say of bad input."""

import json
from pathlib import Path
from typing import cast

import pytest
import typer
from typer.testing import CliRunner

from shifty.cli import plan, simulate
from shifty.errors import UsageError
from tests.planning.suites import real_suite

SUITE = Path(__file__).with_name("pw-chat.json")


def run(*arguments: str) -> str:
    """Standard output of a command that succeeds; raises what it raises."""
    app = typer.Typer()
    app.callback()(lambda: None)
    plan.register(app)
    simulate.register(app)
    result = CliRunner().invoke(app, arguments)
    if isinstance(result.exception, UsageError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def written(tmp_path: Path, content: str) -> str:
    path = tmp_path / "durations.json"
    path.write_text(content, encoding="utf-8")
    return str(path)


def test_a_plan_is_printed_as_json_for_programs() -> None:
    made = cast("dict[str, object]", json.loads(run("plan", "--durations", str(SUITE), "--workers", "5", "--json")))

    shards = cast("list[dict[str, object]]", made["shards"])
    assert [shard["index"] for shard in shards] == [0, 1, 2, 3, 4]
    ids = [id_ for shard in shards for id_ in cast("list[str]", shard["items"])]
    assert sorted(ids) == sorted(item.id for item in real_suite())
    longest = max(cast("float", shard["seconds"]) for shard in shards)
    assert (
        cast("float", made["bound"]) <= longest < cast("float", made["roundRobin"]) < cast("float", made["contiguous"])
    )
    assert made["floor"] == max(item.seconds for item in real_suite())


def test_a_plain_object_of_durations_is_understood(tmp_path: Path) -> None:
    made = json.loads(run("plan", "-d", written(tmp_path, '{"a": 3, "b": 2.5, "durations": 1}'), "-w", "2", "--json"))

    assert made == {
        "shards": [
            {"index": 0, "items": ["a"], "seconds": 3.0},
            {"index": 1, "items": ["b", "durations"], "seconds": 3.5},
        ],
        "bound": 3.5,
        "floor": 3.0,
        "roundRobin": 4.0,
        "contiguous": 5.5,
        "longest": 3.5,
        "usefulWorkers": 3,
        "warnings": [],
    }


def test_a_plan_for_people_says_what_limits_it() -> None:
    printed = run("plan", "--durations", str(SUITE), "--workers", "20")

    assert "From 15 workers on, more would buy nothing." in printed
    assert "20 workers finish no sooner than 15: 55-message-scroll-characterization.spec.ts alone takes" in printed
    assert "--shard" in printed


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is not JSON"),
        ("nonsense", "is not JSON"),
        ("[1, 2]", "is a list"),
        ("3", "is 3"),
        ("{}", "holds no durations"),
        ('{"durations": {}}', "holds no durations"),
        ('{"a": -1}', "'a': -1"),
        ('{"a": NaN}', "'a': NaN"),
        ('{"a": Infinity}', "'a': Infinity"),
        ('{"a": 1e999}', "'a': Infinity"),
        ('{"a": "3"}', "'a': \"3\""),
        ('{"a": true}', "'a': true"),
        ('{"a": null}', "'a': null"),
        ('{"a": [1]}', "'a': a list"),
        ('{"a": {"b": 1}}', "'a': an object"),
        ('{"a": 1, "a": 2}', "has 'a' more than once"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_a_bad_file_is_refused_with_the_fault_and_the_remedy(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        run("plan", "--durations", written(tmp_path, content), "--workers", "2")

    assert said in str(refused.value)
    assert str(refused.value).endswith(".")
    assert len(str(refused.value).splitlines()) == 1


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    content = '{"a": -1, "b": "x", "c": null, "d": 1, "d": 2, "e": [], "f": {}}'

    with pytest.raises(UsageError) as refused:
        run("plan", "--durations", written(tmp_path, content), "--workers", "0")

    said = str(refused.value)
    assert "--workers must be between 1 and 1000, not 0" in said
    assert "'a': -1, 'b': \"x\", 'c': null and 2 more" in said
    assert "'d' more than once" in said


@pytest.mark.parametrize("workers", ["0", "-3", "1001"])
def test_an_impossible_number_of_workers_is_refused(workers: str) -> None:
    with pytest.raises(UsageError, match="between 1 and 1000"):
        run("plan", "--durations", str(SUITE), "--workers", workers)


def test_a_path_that_is_no_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe\x00")

    for name, said in (("missing.json", "does not exist"), (".", "is a folder"), ("binary.json", "is not a text file")):
        with pytest.raises(UsageError, match=said):
            run("plan", "--durations", str(tmp_path / name), "--workers", "2")


def test_a_simulation_compares_with_what_others_do(tmp_path: Path) -> None:
    for version, speed in ((1, 1.0), (2, 1.3)):
        durations = {item.id: item.seconds * speed for item in real_suite()}
        (tmp_path / f"{version}.json").write_text(json.dumps(durations), encoding="utf-8")

    made = json.loads(run("simulate", str(tmp_path), "-w", "4", "--overhead", "0.3", "--json"))
    printed = run("simulate", str(tmp_path), "-w", "4")

    assert made["updates"] == 1
    assert {result["scenario"] for result in made["results"]} == {"steady", "half-speed", "death"}
    assert all(result["shifty"] < result["contiguous"] for result in made["results"])
    assert "plan alone" in printed


def test_a_simulation_needs_two_versions() -> None:
    with pytest.raises(UsageError, match="name two at least"):
        run("simulate", str(SUITE))


def test_a_simulation_names_all_faults_of_its_flags(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refused:
        run("simulate", str(tmp_path), "-w", "0", "--overhead", "-1")

    assert "--workers" in str(refused.value)
    assert "--overhead" in str(refused.value)
