"""A call in the source as steps of a locator: ``.getByRole('button', { name: 'Save' })``."""

import ast
import re
from typing import Final

from ast_grep_py import SgNode

from shifty.pull_requests.locate_source import Link, Source, first_of, values
from shifty.pull_requests.locators import ENTER_FRAME, TEXTS, Opaque, Pattern, Step, Value, step
from shifty.pull_requests.locators_code import camel_case
from shifty.pull_requests.locators_selector import read_selector

ACTIONS: Final = frozenset(
    {"click", "dblclick", "tap", "hover", "focus", "check", "uncheck", "setChecked", "fill", "type", "press"}
    | {"selectOption", "setInputFiles", "dispatchEvent", "textContent", "innerText", "innerHTML", "inputValue"}
    | {"getAttribute", "isChecked", "isDisabled", "isEditable", "isEnabled"}
)
"""Methods that a page has with a selector and a locator has without one."""

_MAIN: Final = {"locator", "frameLocator", "getByTestId", "getByRole", "nth", *TEXTS}
_METHODS: Final = _MAIN | {"filter", "first", "last", "contentFrame", "and", "or", "and_", "or_", "describe"}
_KEYWORDS: Final = {"selector", "selectorOrLocator", "testId", "role", "text", "index"}
"""Names of the first argument in Python."""

Read = list[Step] | Opaque


def read_link(source: Source, link: Link) -> Read | None:
    """The steps that a call adds to a locator; None: it is none of a locator's methods."""
    method = camel_case(link.name) if source.dialect.python else link.name
    if method not in _METHODS:
        return None
    if link.arguments is None:
        return _property(source, method)
    try:
        return _read(source, method, link.arguments)
    except _NotLiteral as found:
        return Opaque(str(found))


def read_action(source: Source, link: Link) -> tuple[list[Step], SgNode] | None:
    """The selector of a page's own action, and the argument that it is: ``page.fill('#user', 'ada')``."""
    method = camel_case(link.name) if source.dialect.python else link.name
    if link.arguments is None or method not in ACTIONS | {"waitForSelector"}:
        return None
    for index, argument in enumerate(values(link.arguments)):
        name, value = _keyword(argument)
        if (index == 0 and name is None) or name == "selector":
            try:
                selector = _literal(source, value)
            except _NotLiteral:
                return None
            return (list(read_selector(selector)), argument) if isinstance(selector, str) else None
    return None


class _NotLiteral(Exception):
    """The message is what it is."""


def _property(source: Source, method: str) -> Read | None:
    if not source.dialect.python or method not in ("first", "last", "contentFrame"):
        return None
    return [step(method)]


def _read(source: Source, method: str, arguments: SgNode) -> Read:
    argument: Value | None = None
    options: dict[str, Value] = {}
    for index, each in enumerate(values(arguments)):
        name, value = _keyword(each)
        if each.kind() == "object":
            options |= _object(source, each)
        elif name is not None and name not in _KEYWORDS:
            options[name] = _literal(source, value)
        elif index == 0 or name is not None:
            argument = _literal(source, value)
    return _steps(method, argument, options)


def _steps(method: str, argument: Value | None, options: dict[str, Value]) -> Read:
    if method == "describe":
        return []
    if method in ("locator", "frameLocator") and isinstance(argument, str):
        found = list(read_selector(argument))
        # Each option is a part of its own in the selector.
        found += [step("filter", **{name: value}) for name, value in options.items()]
        return [*found, ENTER_FRAME] if method == "frameLocator" else found
    if method == "filter":
        return [step("filter", **{name: value}) for name, value in options.items()]
    if method in ("and", "or", "and_", "or_") or (method in _MAIN and isinstance(argument, bool | None)):
        raise _NotLiteral("another locator")
    return [step(method, argument, **options)]


def _object(source: Source, node: SgNode) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for each in values(node):
        key, value = each.field("key"), each.field("value")
        if each.kind() != "pair" or key is None or value is None:
            raise _NotLiteral("an option that is a variable")
        found[key.text().strip("'\"")] = _literal(source, value)
    return found


def _keyword(argument: SgNode) -> tuple[str | None, SgNode]:
    name, value = argument.field("name"), argument.field("value")
    if argument.kind() == "keyword_argument" and name and value:
        return camel_case(name.text()), value
    return None, argument


def _literal(source: Source, node: SgNode) -> Value:
    node = source.unwrap(node)
    read = _python_literal if source.dialect.python else _script_literal
    return read(node)


def _script_literal(node: SgNode) -> Value:
    kind, text = node.kind(), node.text()
    if kind == "string" or (kind == "template_string" and not first_of(node, "template_substitution")):
        return _unescape(text)
    if kind == "regex":
        pattern, flags = node.field("pattern"), node.field("flags")
        return Pattern(pattern.text() if pattern else "", flags.text() if flags else "")
    if kind in ("true", "false"):
        return kind == "true"
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    raise _NotLiteral(_kind(node))


def _python_literal(node: SgNode) -> Value:
    if node.kind() == "string" and not first_of(node, "interpolation"):
        try:
            return str(ast.literal_eval(node.text()))
        except (ValueError, SyntaxError):
            raise _NotLiteral("a text that could not be read") from None
    if node.kind() in ("true", "false"):
        return node.kind() == "true"
    if re.fullmatch(r"-?\d+", node.text()):
        return int(node.text())
    if found := re.fullmatch(r're\.compile\(\s*r?"([^"\\]*)"\s*(,\s*re\.(?:I|IGNORECASE)\s*)?\)', node.text()):
        return Pattern(found[1], "i" if found[2] else "")
    raise _NotLiteral(_kind(node))


def _kind(node: SgNode) -> str:
    if node.kind() in ("template_string", "string"):
        return "a template string"
    if node.kind() in ("binary_expression", "binary_operator", "concatenated_string"):
        return "a concatenation"
    if node.kind() == "identifier":
        return f"the variable {node.text()}"
    return f"the expression {' '.join(node.text().split())[:60]}"


_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}


def _unescape(text: str) -> str:
    def one(found: re.Match[str]) -> str:
        code = found[1] or found[2] or found[3]
        if code:
            return chr(int(code, 16))
        return "" if found[4] in ("\n", "\r\n") else _ESCAPES.get(found[4], found[4])

    pattern = r"\\(?:u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|[\s\S]))"
    # Halves of a pair become the character that they are.
    return re.sub(pattern, one, text[1:-1]).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
