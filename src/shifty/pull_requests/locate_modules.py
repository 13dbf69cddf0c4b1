"""The files of a project as far as they can be reached: what a file imports, and where that lies."""

import json
import posixpath
import re
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

import msgspec

from shifty.pull_requests.locate_source import Source, first_of, read_source

Sources: TypeAlias = Callable[[str], str | None]
"""The text of a file by its path from the root of the repository; None: there is none."""

MOST_FILES: Final = 80
"""A page object is a few imports away; a suite may import everything."""

_ENDINGS: Final = (".ts", ".tsx", ".mts", ".cts", ".js", ".mjs", ".cjs", ".jsx")
_TYPESCRIPT: Final = {".js": (".ts", ".tsx", ".js"), ".mjs": (".mts", ".mjs"), ".cjs": (".cts", ".cjs")}
_NO_COMMENTS: Final = re.compile(r'("(?:[^"\\]|\\.)*")|//[^\n]*|/\*.*?\*/|,(?=\s*[}\]])', re.DOTALL)


class Files:
    """Parsed sources, each read once."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._read: dict[str, Source | None] = {}
        self._reached: dict[str, list[Source]] = {}

    def get(self, path: str) -> Source | None:
        if path not in self._read:
            self._read[path] = read_source(path, self._sources(path))
        return self._read[path]

    def reach(self, start: Source) -> list[Source]:
        """The file itself, then what it imports, nearest first."""
        if start.path in self._reached:
            return self._reached[start.path]
        found = {start.path: start}
        waiting = [start]
        while waiting and len(found) < MOST_FILES:
            source = waiting.pop(0)
            for specifier in _specifiers(source):
                imported = self.find(source, specifier)
                if imported and imported.path not in found:
                    found[imported.path] = imported
                    waiting.append(imported)
        self._reached[start.path] = list(found.values())
        return self._reached[start.path]

    def find(self, source: Source, specifier: str) -> Source | None:
        paths = _python_paths if source.dialect.python else self._script_paths
        return next((found for path in paths(source, specifier) if (found := self.get(path))), None)

    def _script_paths(self, source: Source, specifier: str) -> Iterator[str]:
        folder = posixpath.dirname(source.path)
        if specifier.startswith("."):
            targets = [posixpath.normpath(posixpath.join(folder, specifier))]
        else:
            targets = list(self._by_alias(folder, specifier))
        for target in targets:
            stem, ending = posixpath.splitext(target)
            yield from (stem + other for other in _TYPESCRIPT.get(ending, ()))
            yield target
            yield from (target + other for other in _ENDINGS)
            yield from (f"{target}/index{other}" for other in _ENDINGS)

    def _by_alias(self, folder: str, specifier: str) -> Iterator[str]:
        """``paths`` and ``baseUrl`` of the nearest tsconfig.json."""
        for parent in _upwards(folder):
            text = self._sources(posixpath.join(parent, "tsconfig.json"))
            if text is None:
                continue
            options = _compiler_options(text)
            base = posixpath.join(parent, options.base_url or ".")
            for pattern, targets in options.paths.items():
                head, star, tail = pattern.partition("*")
                if specifier == pattern or (star and specifier.startswith(head) and specifier.endswith(tail)):
                    rest = specifier[len(head) : len(specifier) - len(tail)] if star else ""
                    yield from (posixpath.normpath(posixpath.join(base, each.replace("*", rest))) for each in targets)
            if options.base_url is not None:
                yield posixpath.normpath(posixpath.join(base, specifier))
            return


class _Options(msgspec.Struct, rename="camel"):
    base_url: str | None = None
    paths: dict[str, list[str]] = {}


class _Config(msgspec.Struct, rename="camel"):
    compiler_options: _Options = msgspec.field(default_factory=_Options)


def _compiler_options(text: str) -> _Options:
    try:
        plain = _NO_COMMENTS.sub(lambda found: found[1] or "", text)
        return msgspec.convert(json.loads(plain), _Config).compiler_options
    except (ValueError, msgspec.ValidationError):
        return _Options()


def _specifiers(source: Source) -> list[str]:
    return _python_specifiers(source) if source.dialect.python else _script_specifiers(source)


def _script_specifiers(source: Source) -> list[str]:
    named = [node.field("source") for kind in ("import_statement", "export_statement") for node in source.every(kind)]
    for call in source.calls:
        function, arguments = call.field("function"), call.field("arguments")
        if function and arguments and function.text() in ("require", "import"):
            named.append(first_of(arguments, "string"))
    return [node.text()[1:-1] for node in named if node]


def _python_specifiers(source: Source) -> list[str]:
    """Modules with their dots: ``.pages.login``; and ``…`` for the fixtures of pytest, which nobody imports."""
    found: list[str] = []
    for node in source.every("import_from_statement"):
        module = node.field("module_name")
        names = [name.text().split()[0] for name in node.field_children("name")]
        if module:
            found += [module.text(), *(f"{module.text().rstrip('.')}.{name}" for name in names if module.text() != ".")]
            found += [f".{name}" for name in names if module.text() == "."]
    found += [
        name.text().split()[0] for node in source.every("import_statement") for name in node.field_children("name")
    ]
    return [*found, "conftest"]


def _python_paths(source: Source, specifier: str) -> Iterator[str]:
    folder = posixpath.dirname(source.path)
    dots = len(specifier) - len(specifier.lstrip("."))
    parts = specifier.lstrip(".").split(".")
    for parent in _upwards(folder):
        if dots:
            parent = posixpath.normpath(posixpath.join(folder, *[".."] * (dots - 1)))
        target = posixpath.normpath(posixpath.join(parent, *parts))
        yield f"{target}.py"
        yield f"{target}/__init__.py"
        if dots:
            return


def _upwards(folder: str) -> Iterator[str]:
    """The folder and its parents, up to the root, which is empty."""
    while folder:
        yield folder
        folder = posixpath.dirname(folder)
    yield ""
