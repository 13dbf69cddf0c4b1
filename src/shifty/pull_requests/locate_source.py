"""A source file as a tree, and its chains of calls: ``page.locator('#a').first().fill('x')``."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Final

from ast_grep_py import SgNode, SgRoot

from shifty.pull_requests.locators_code import Style


@dataclass(frozen=True)
class Dialect:
    """How a grammar names what we look for."""

    call: str
    member: str
    name: str
    """Field of a member: its name."""
    wrappers: frozenset[str]
    """What stands around an expression and changes nothing for us."""
    functions: frozenset[str]
    blocks: frozenset[str]
    python: bool = False


_SCRIPT: Final = Dialect(
    "call_expression",
    "member_expression",
    "property",
    frozenset(
        {
            "await_expression",
            "parenthesized_expression",
            "as_expression",
            "non_null_expression",
            "satisfies_expression",
            "type_assertion",
        }
    ),
    frozenset(
        {
            "function_declaration",
            "function_expression",
            "arrow_function",
            "method_definition",
            "generator_function_declaration",
        }
    ),
    frozenset({"statement_block", "program", "for_in_statement", "for_statement"}),
)
_PYTHON: Final = Dialect(
    "call",
    "attribute",
    "attribute",
    frozenset({"await", "parenthesized_expression"}),
    frozenset({"function_definition", "lambda"}),
    # No block of its own binds a name.
    frozenset({"function_definition", "module"}),
    python=True,
)
_LANGUAGES: Final = {
    ".ts": "typescript",
    ".mts": "typescript",
    ".cts": "typescript",
    ".tsx": "tsx",
    ".js": "javascript",
    ".mjs": "javascript",
    ".cjs": "javascript",
    ".jsx": "javascript",
    ".py": "python",
}


@dataclass(frozen=True, eq=False)
class Link:
    """One step of a chain of calls. ``start`` is at its dot."""

    name: str
    node: SgNode
    owner: SgNode
    """What stands before the dot."""
    arguments: SgNode | None
    """None: a property."""
    start: int
    end: int


class Source:
    """A file that could be read. Offsets count characters."""

    def __init__(self, path: str, text: str, language: str) -> None:
        self.path = path
        self.text = text
        self.dialect = _PYTHON if language == "python" else _SCRIPT
        self.root = SgRoot(text, language).root()
        self._every: dict[str, list[SgNode]] = {}
        self._named: dict[tuple[str, str], dict[str, list[SgNode]]] = {}

    def every(self, kind: str) -> list[SgNode]:
        """The nodes of a kind. Each name that is followed asks again, in each file that could define it."""
        if kind not in self._every:
            self._every[kind] = all_of(self.root, kind)
        return self._every[kind]

    def named(self, kind: str, field: str, name: str) -> list[SgNode]:
        """Those of a kind whose field reads like this."""
        if (kind, field) not in self._named:
            index: dict[str, list[SgNode]] = {}
            for node in self.every(kind):
                if told := node.field(field):
                    index.setdefault(told.text(), []).append(node)
            self._named[kind, field] = index
        return self._named[kind, field].get(name, [])

    @property
    def calls(self) -> list[SgNode]:
        return self.every(self.dialect.call)

    @cached_property
    def style(self) -> Style:
        single, double = self.text.count("'"), self.text.count('"')
        python = self.dialect.python
        quote = "'" if single > double or (single == double and not python) else '"'
        return Style(python, quote, not python or "\nimport re\n" in "\n" + self.text.replace("\r", ""))

    @property
    def broken(self) -> int:
        return len(self.every("ERROR"))

    def offset(self, line: int, column: int) -> int | None:
        """Of a place in a stack trace: lines count from 1; columns too, in UTF-16 units as JavaScript has them."""
        lines = self.text.split("\n")
        if not (0 < line <= len(lines) and column > 0):
            return None
        units = 0
        for index, character in enumerate(lines[line - 1] + "\n"):
            if units >= column - 1:
                return sum(len(before) + 1 for before in lines[: line - 1]) + index
            units += 2 if ord(character) > 0xFFFF else 1
        return None

    def unwrap(self, node: SgNode) -> SgNode:
        """Without await, brackets, ``as``, ``!``."""
        while node.kind() in self.dialect.wrappers:
            inner = next((child for child in node.children() if child.is_named() and child.kind() != "comment"), None)
            if inner is None:
                return node
            node = inner
        return node

    def link(self, node: SgNode) -> Link | None:
        """The last step of an expression, if it is a call of a method or a property."""
        arguments = node.field("arguments") if node.kind() == self.dialect.call else None
        member = node.field("function") if arguments else node
        if member is None or member.kind() != self.dialect.member:
            return None
        owner, name = member.field("object"), member.field(self.dialect.name)
        dot = next((child for child in member.children() if child.kind() in (".", "optional_chain")), None)
        if owner is None or name is None or dot is None:
            return None
        return Link(name.text(), node, owner, arguments, start_of(dot), end_of(node))

    def links(self, node: SgNode) -> Iterator[Link]:
        """From the last step of an expression to its first."""
        while found := self.link(self.unwrap(node)):
            yield found
            node = found.owner


def read_source(path: str, text: str | None) -> Source | None:
    """None: there is no such file, or it is in no language that we read."""
    language = _LANGUAGES.get(PurePosixPath(path).suffix)
    return Source(path, text, language) if text is not None and language else None


def all_of(node: SgNode, kind: str) -> list[SgNode]:
    """The nodes of a kind in a node. Not every grammar has every kind, and the parser refuses to look for such."""
    try:
        return node.find_all(kind=kind)
    except RuntimeError:
        return []


def first_of(node: SgNode, kind: str) -> SgNode | None:
    return next(iter(all_of(node, kind)), None)


def start_of(node: SgNode) -> int:
    return node.range().start.index


def end_of(node: SgNode) -> int:
    return node.range().end.index


def line_of(node: SgNode) -> int:
    """Counts from 1."""
    return node.range().start.line + 1


def holds(outer: SgNode, inner: SgNode) -> bool:
    return start_of(outer) <= start_of(inner) and end_of(inner) <= end_of(outer)


def values(arguments: SgNode) -> list[SgNode]:
    """The arguments of a call, without commas and comments."""
    return [child for child in arguments.children() if child.is_named() and child.kind() != "comment"]
