"""Verdicts beside the truth: who was found flaky, who was not, and whether a breakage was bracketed rightly."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from bench.known_truth import Suite, Truth
from bench.play import Seen
from shifty.database.pool import Database

STABLE = "stable"

_ASSESSED = """
select k.test_id, a.verdict, a.breakage -> 'lastGood' ->> 'commit', a.breakage -> 'firstBad' ->> 'commit'
  from known_tests k join assessments a on a.test_ref = k.id where k.tenant_id = %s"""


@dataclass(frozen=True, slots=True)
class Found:
    """What Shifty says of a test."""

    verdict: str
    last_good: str | None = None
    first_bad: str | None = None


@dataclass
class Score:
    """Of one suite, or of several together."""

    verdicts: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    """How often what came out as what."""
    brackets: int = 0
    right_brackets: int = 0

    @property
    def flaky_precision(self) -> float:
        called = sum(count for (_, verdict), count in self.verdicts.items() if verdict == "flaky")
        return self._flaky_found / called if called else 1.0

    @property
    def flaky_recall(self) -> float:
        flaky = sum(count for (truth, _), count in self.verdicts.items() if truth.startswith("flaky"))
        return self._flaky_found / flaky if flaky else 1.0

    @property
    def bracket_share(self) -> float:
        return self.right_brackets / self.brackets if self.brackets else 1.0

    @property
    def _flaky_found(self) -> int:
        return sum(count for (truth, v), count in self.verdicts.items() if truth.startswith("flaky") and v == "flaky")

    def add(self, other: "Score") -> None:
        self.verdicts += other.verdicts
        self.brackets += other.brackets
        self.right_brackets += other.right_brackets

    def table(self) -> list[str]:
        """Truth downwards, verdicts across."""
        columns = ("stable", "infrastructure", "suspect", "flaky", "regressed", "broken")
        lines = [f"{'':12}" + "".join(f"{column:>16}" for column in columns)]
        for truth in sorted({truth for truth, _ in self.verdicts}):
            lines.append(f"{truth:12}" + "".join(f"{self.verdicts[truth, column]:>16}" for column in columns))
        return lines


async def found_of(db: Database, tenant_id: UUID) -> dict[str, Found]:
    async with db.connection() as connection:
        cursor = await connection.execute(_ASSESSED, (tenant_id,))
        return {row[0]: Found(*row[1:]) for row in await cursor.fetchall()}


def score(suite: Suite, seen: Mapping[str, Sequence[Seen]], found: Mapping[str, Found]) -> Score:
    result = Score()
    for test_id, truth in suite.truth_of().items():
        said = found.get(test_id, Found(STABLE))
        name = f"flaky {truth.chance}" if truth.kind == "flaky" else truth.kind
        result.verdicts[name, said.verdict] += 1
        if truth.kind == "regressed":
            result.brackets += 1
            result.right_brackets += is_bracketed(truth, seen[test_id], said)
    return result


def is_bracketed(truth: Truth, seen: Sequence[Seen], found: Found) -> bool:
    """Whether it is said to have regressed, between the last commit of main on which it was seen to pass and the first
    one from its breaking on of which a run went undisturbed. A bracket that is narrower, because a disturbed run has
    told the truth, is right as well."""
    on_main = [each for each in seen if each.build.branch == "main"]
    good = max((each.build for each in on_main if each.status == "passed"), key=lambda build: build.commit)
    fell = _commits(each for each in on_main if each.build.commit >= truth.since and not each.disturbed)
    if found.verdict != "regressed" or found.last_good != good.sha or found.first_bad is None:
        return False
    return truth.since <= int(found.first_bad, 16) <= min(fell)


def _commits(seen: Iterable[Seen]) -> set[int]:
    return {each.build.commit for each in seen}
