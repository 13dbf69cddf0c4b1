"""Suites of which the truth is known: what each test is like, what happens to each build, and how each run comes out.

Pure and seeded: an attempt of a test in a build comes out the same whenever it is asked for, whoever runs it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final, Literal, TypeAlias

import msgspec

from shifty.results.outcome import identity
from shifty.wire import Attempt, PlannedTest, TestError, TestResult

CHANCES: Final = (0.05, 0.1, 0.2, 0.3, 0.5)
"""With which an attempt of a flaky test fails."""
FLAKY_EACH: Final = 0.03
REGRESSED: Final = 0.06
BROKEN: Final = 0.02
MACHINES: Final = 4
LONGEST: Final = 0
LONG_MS: Final = 120_000
"""Of one test. Without it the planner looks long for the best number of workers, which is not what is measured here."""

Kind: TypeAlias = Literal["stable", "flaky", "regressed", "broken"]
Noise: TypeAlias = Literal["outage", "machine", "slow", "backend", "lost", "cancelled", "interrupted"]
NOISES: Final[Sequence[Noise]] = ("slow", "outage", "lost", "machine", "cancelled", "backend", "interrupted")


@dataclass(frozen=True, slots=True)
class Truth:
    """What a test is like."""

    kind: Kind
    chance: float = 0.0
    """Of a flaky one: that an attempt fails."""
    since: int = 0
    """Of a regressed one: the first commit that it fails on."""


@dataclass(frozen=True, slots=True)
class Build:
    """One run of the suite."""

    number: int
    commit: int
    branch: str
    noise: Noise | None = None
    again: bool = False
    """It repeats what failed in the one before."""

    @property
    def sha(self) -> str:
        return f"{self.commit:040x}" if self.branch == "main" else f"{self.commit:020x}{self.number:020x}"

    @property
    def name(self) -> str:
        return f"{self.number}{'again' if self.again else ''}"


@dataclass(frozen=True)
class Suite:
    """A suite with its builds."""

    seed: int
    retries: int
    tests: Sequence[PlannedTest]
    truths: Sequence[Truth]
    builds: Sequence[Build]

    def truth_of(self) -> dict[str, Truth]:
        return {identity(test): truth for test, truth in zip(self.tests, self.truths, strict=True)}


@dataclass(frozen=True, slots=True)
class Told:
    """What a worker has to tell of a test. ``result`` None: the worker is lost while it runs it."""

    result: TestResult | None
    disturbed: bool
    """Something that is not the test's own had a hand in it, or in so much around it that it can't be told apart."""


def make_suite(seed: int, *, tests: int = 300, builds: int = 30, retries: int = 1) -> Suite:
    """15 % of the tests flaky, 6 % broken by a commit, 2 % broken from the start. A third of the commits of main are
    built twice, every seventh build is of a branch of its own on which something else is broken for the time being,
    and every fourth meets with something that is not the tests' doing."""
    chance = Random(f"suite {seed}")
    truths = _truths(chance, tests, builds)
    chance.shuffle(truths)
    return Suite(seed, retries, [_planned(number) for number in range(tests)], truths, _builds(chance, builds))


def _truths(chance: Random, tests: int, builds: int) -> list[Truth]:
    commits = builds * 6 // 10
    truths = [Truth("flaky", each) for each in CHANCES for _ in range(round(tests * FLAKY_EACH))]
    truths += [Truth("regressed", since=chance.randint(3, commits - 3)) for _ in range(round(tests * REGRESSED))]
    truths += [Truth("broken") for _ in range(round(tests * BROKEN))]
    return truths + [Truth("stable")] * (tests - len(truths))


def _planned(number: int) -> PlannedTest:
    return PlannedTest(
        test_file=f"tests/area-{number // 40}/page-{number // 8}.spec.ts",
        test_name=f"does thing {number}",
        title_path=["page", f"does thing {number}"],
        project_name="chromium",
    )


def _builds(chance: Random, count: int) -> list[Build]:
    builds: list[Build] = []
    commit, noisy = 0, 0
    kinds = list(NOISES)
    chance.shuffle(kinds)
    while len(builds) < count:
        number = len(builds)
        noise = None
        if number % 4 == 3:
            noise, noisy = kinds[noisy % len(kinds)], noisy + 1
        is_branch = number % 7 == 5
        builds.append(Build(number, commit, f"feature-{number}" if is_branch else "main", noise))
        # Twice is built what was not a branch: the commit stays where it is.
        if not is_branch and number % 3 != 1:
            commit += 1
    return builds


def told(suite: Suite, build: Build, number: int, machine: int, *, losses: int = 0) -> Told:
    """How test ``number`` comes out of a build, on a machine. ``losses``: workers that it has lost in this build."""
    test, truth = suite.tests[number], suite.truths[number]
    chance = Random(f"{suite.seed}/{build.name}/{number}")
    noise = _noise(build, number, machine, chance)
    if noise == "lost" and losses < 1 + number % 2:
        return Told(None, disturbed=True)
    attempts: list[Attempt] = []
    for attempt in range(suite.retries + 1):
        message = _message(noise, attempt, chance) or _own_message(suite, build, truth, number, chance)
        attempts.append(_attempt(attempt, message, chance))
        if message is None:
            break
    if noise == "interrupted":
        attempts = [Attempt(attempt=0, status="interrupted", duration_ms=chance.randint(1, 400))]
    if number == LONGEST:
        attempts = [msgspec.structs.replace(each, duration_ms=LONG_MS) for each in attempts]
    return Told(_result(test, attempts), disturbed=noise is not None or _is_amid(build, machine))


def _noise(build: Build, number: int, machine: int, chance: Random) -> Noise | None:
    """Whether what happens to the build reaches this test."""
    hit = chance.random()
    match build.noise if not build.again else None:
        case "outage":
            return "outage" if hit < 0.6 else None
        case "backend":
            return "backend" if hit < 0.5 else None
        case "machine":
            return "machine" if machine == 2 else None
        case "slow":
            return "slow" if machine == 1 and hit < 0.5 else None
        case "lost":
            return "lost" if hit < 0.03 else None
        case "interrupted":
            return "interrupted" if machine == 3 and hit < 0.5 else None
        case _:
            return None


def _is_amid(build: Build, machine: int) -> bool:
    """Whether so much fails around the test that nobody can tell whose doing its own failure is."""
    if build.again:
        return False
    return build.noise in ("outage", "backend") or (build.noise, machine) in {("slow", 1), ("machine", 2)}


def _message(noise: Noise | None, attempt: int, chance: Random) -> str | None:
    match noise:
        case "outage":
            return "page.goto: net::ERR_CONNECTION_REFUSED at http://shop.test:3000/cart"
        case "machine":
            return "page.goto: net::ERR_NAME_NOT_RESOLVED at http://shop.test:3000/"
        case "backend":
            return "Error: expect(locator).toBeVisible() failed\n\nLocator: getByRole('main')\nExpected: visible"
        case "slow" if attempt == 0 or chance.random() < 0.4:
            return "Test timeout of 30000ms exceeded."
        case _:
            return None


def _own_message(suite: Suite, build: Build, truth: Truth, number: int, chance: Random) -> str | None:
    """Why the test fails by itself; None: it passes."""
    if truth.kind == "broken":
        return f"Error: thing {number} never worked"
    if truth.kind == "regressed" and build.commit >= truth.since:
        return f"Error: expect(received).toBe(expected)\n\nExpected: {number}\nReceived: undefined"
    # On a branch something else is broken for the time being.
    if build.branch != "main" and Random(f"{suite.seed}/{build.branch}/{number}").random() < 0.02:
        return f"TypeError: cart{number} is not a function"
    if truth.kind == "flaky" and chance.random() < truth.chance:
        return f"Error: expect(locator).toHaveText(expected) failed\n\nLocator: getByTestId('thing-{number}')"
    return None


def _attempt(attempt: int, message: str | None, chance: Random) -> Attempt:
    if message is None:
        return Attempt(attempt=attempt, status="passed", duration_ms=chance.randint(200, 2000))
    timed_out = message.startswith("Test timeout")
    return Attempt(
        attempt=attempt,
        status="timedOut" if timed_out else "failed",
        duration_ms=30_000 if timed_out else chance.randint(500, 6000),
        errors=[TestError(message=message)],
    )


def _result(test: PlannedTest, attempts: Sequence[Attempt]) -> TestResult:
    return TestResult(
        test_file=test.test_file,
        test_name=test.test_name,
        title_path=test.title_path,
        project_name=test.project_name,
        status=attempts[-1].status,
        duration_ms=sum(attempt.duration_ms for attempt in attempts),
        retry_count=len(attempts) - 1,
        attempts=list(attempts),
    )
