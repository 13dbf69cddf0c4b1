"""A set of tests in the forms that Playwright takes for running exactly these. Pure.

Playwright names files relative to its ``rootDir`` (the ``testDir`` that its projects have in common), we name them
relative to the repository: ``root_dir`` is the path between the two, empty where they are the same.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from itertools import takewhile

from shifty.runs.model import ReportedTest

_TAGS = r"(?: @\S+)*"

NOTHING = "(?!)"
"""A pattern that matches no test: an empty one would match all."""


def as_files(tests: Sequence[ReportedTest]) -> str:
    """The files that hold them, one a line, relative to the repository."""
    return _lines(sorted({test.file for test in tests}))


def as_test_list(tests: Sequence[ReportedTest], root_dir: str = "") -> str:
    """For ``--test-list``, from Playwright 1.56: ``[project] › file › describe › title``, one a line."""
    return _lines([_test_list_line(test, root_dir) for test in tests])


def as_grep(tests: Sequence[ReportedTest], root_dir: str = "") -> str:
    """For ``--grep``, any version: a pattern that only they match.

    Playwright matches project, file, describes, title and tags, joined by spaces. Without ``root_dir`` the start of the
    path is left open, so that a file of the same name in another folder may be matched as well.
    """
    patterns = dict.fromkeys(_grep_pattern(test, root_dir) for test in tests)
    return "|".join(patterns) or NOTHING


def as_last_run(tests: Sequence[ReportedTest], root_dir: str = "") -> str:
    """For ``--last-failed``: what Playwright itself leaves in ``.last-run.json``."""
    ids = [_playwright_id(test, root_dir) for test in tests]
    return json.dumps({"status": "failed" if ids else "passed", "failedTests": ids}, indent=2) + "\n"


def _lines(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _test_list_line(test: ReportedTest, root_dir: str) -> str:
    project = [f"[{test.project_name}]"] if test.project_name else []
    return " › ".join([*project, _under(root_dir, test.file), *takewhile(_is_addressable, test.title_path)])


def _is_addressable(title: str) -> bool:
    """Playwright splits a line at each ›. A test below a title that it can't read is selected with all of its group."""
    return "›" not in title and "\n" not in title and title == title.strip() != ""


def _grep_pattern(test: ReportedTest, root_dir: str) -> str:
    project = _escape(test.project_name) + " " if test.project_name else " *"
    file = _under(root_dir, test.file)
    path = _escape(file) if root_dir else "(?:.*/)?" + _escape(file.rpartition("/")[2])
    if not test.title_path:
        # A whole file, in whatever projects.
        return f"^(?:.* )?{path} "
    return f"^{project}{path}{_TAGS} {_TAGS_BETWEEN.join(_escape(title) for title in test.title_path)}{_TAGS}$"


_TAGS_BETWEEN = _TAGS + " "


def _escape(text: str) -> str:
    """For JavaScript's regular expressions, which know no escaped blank."""
    return re.sub(r"[.*+?^${}()|[\]\\/-]", r"\\\g<0>", text)


def _playwright_id(test: ReportedTest, root_dir: str) -> str:
    """As Playwright computes it (``common/suiteUtils``, unchanged from 1.50 to 1.65)."""
    file = _under(root_dir, test.file)
    expression = f"[project={test.project_name}]{file}\x1e" + "\x1e".join(test.title_path)
    return f"{_sha1(file)[:20]}-{_sha1(expression)[:20]}"


def _sha1(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def _under(root_dir: str, file: str) -> str:
    return file.removeprefix(root_dir.strip("/") + "/")
