"""Where a name of a file gets its value: variables, functions, fields, getters, fixtures."""

from collections.abc import Iterator

from ast_grep_py import SgNode

from shifty.pull_requests.locate_source import Source, all_of, end_of, first_of, holds, start_of, values

_CLASSES = ("class_declaration", "class", "abstract_class_declaration", "class_definition")
_MEMBERS = (
    ("public_field_definition", "name"),
    ("field_definition", "property"),
    ("method_definition", "name"),
    ("pair", "key"),
)
"""What gives an object a member, and the field of its node that is the name."""
_FUNCTIONS = ("function_declaration", "function_definition", "generator_function_declaration")
_OWNERS = (*_CLASSES, *_FUNCTIONS)
_INLINE = ("arrow_function", "function_expression", "lambda")


def returned(function: SgNode) -> list[SgNode]:
    """What a function returns, yields, or hands to ``use`` as a fixture of Playwright does."""
    body = function.field("body")
    if body is None:
        return []
    if body.kind() not in ("statement_block", "block"):
        return [body]
    found = [*all_of(body, "return_statement"), *all_of(body, "yield")]
    given = [value for node in found for value in values(node)[:1]]
    for call in all_of(body, "call_expression"):
        name, arguments = call.field("function"), call.field("arguments")
        if name and arguments and name.text() == "use":
            given += values(arguments)[:1]
    return given


def value_of(node: SgNode | None) -> list[SgNode]:
    """The expressions that a definition comes to, whether it is a value or a function."""
    if node is None:
        return []
    return returned(node) if node.kind() in (*_INLINE, *_FUNCTIONS, "method_definition") else [node]


def variables(source: Source, name: str, at: SgNode) -> list[SgNode] | None:
    """What the variable or function may be at a place; None: it is a parameter, or it is not of this file."""
    scopes = [(end_of(scope) - start_of(scope), scope, node) for scope, node in _bound(source, name, at)]
    if not scopes:
        return None
    size, scope, winner = min(scopes, key=lambda each: each[0])
    if winner is None:
        return None
    found = [node for each, _, node in scopes if each == size and node]
    given = [value for node in found for value in _bound_value(node)]
    return given + [value for value in _assigned(source, name, scope) if value not in given]


def scope_of(source: Source, name: str, at: SgNode) -> tuple[int, int] | None:
    """Which scope binds a name at a place; None: none of this file."""
    scopes = [scope for scope, _ in _bound(source, name, at)]
    found = min(scopes, key=lambda scope: end_of(scope) - start_of(scope), default=None)
    return (start_of(found), end_of(found)) if found else None


def _bound(source: Source, name: str, at: SgNode) -> Iterator[tuple[SgNode, SgNode | None]]:
    """Scopes around ``at`` that bind the name, and what binds it; None: a parameter."""
    kinds = ("assignment", *_FUNCTIONS) if source.dialect.python else ("variable_declarator", *_FUNCTIONS)
    for kind in kinds:
        for node in source.named(kind, "left" if kind == "assignment" else "name", name):
            scope = next((each for each in node.ancestors() if each.kind() in source.dialect.blocks), source.root)
            if holds(scope, at):
                yield scope, node
    for function in at.ancestors():
        if function.kind() in source.dialect.functions:
            parameters = function.field("parameters") or function.field("parameter")
            if parameters and any(_binds(each, name) for each in [parameters, *values(parameters)]):
                # A parameter's scope is that of the body and one more: a variable of the body wins.
                yield function, None


def _binds(target: SgNode, name: str) -> bool:
    if target.kind() == "identifier":
        return target.text() == name
    if target.kind() in ("object_pattern", "required_parameter", "optional_parameter", "typed_parameter"):
        names = [*all_of(target, "shorthand_property_identifier_pattern"), *all_of(target, "identifier")]
        return any(each.text() == name for each in names)
    return False


def _bound_value(node: SgNode) -> list[SgNode]:
    if node.kind() in _FUNCTIONS:
        return returned(node)
    return value_of(node.field("right") or node.field("value"))


def _assigned(source: Source, name: str, scope: SgNode) -> list[SgNode]:
    if source.dialect.python:
        return []
    found = [node for node in all_of(scope, "assignment_expression") if _text(node.field("left")) == name]
    return [value for node in found for value in value_of(node.field("right"))]


def destructures(source: Source, name: str) -> bool:
    """Whether the file takes a member of this name out of something: ``const { user } = loginPage``."""
    for node in source.every("shorthand_property_identifier_pattern"):
        if node.text() == name and any(each.kind() == "variable_declarator" for each in node.ancestors()[:2]):
            return True
    return False


def fixtures(source: Source, name: str) -> list[SgNode]:
    """What a parameter of this name may get: a fixture of pytest, or of ``test.extend({ … })``."""
    if source.dialect.python:
        found = source.every("decorated_definition")
        functions = [each.field("definition") for each in found if "fixture" in each.text().split("def ")[0]]
        return [value for each in functions if each and _text(each.field("name")) == name for value in returned(each)]
    inner = (each.field("value") for each in source.named("pair", "key", name))
    return [value for each in inner for value in value_of(_first_function(each))]


def _first_function(node: SgNode | None) -> SgNode | None:
    """Of ``[async ({ page }, use) => …, { scope: 'worker' }]`` the function."""
    return first_of(node, "arrow_function") if node and node.kind() == "array" else node


def members(source: Source, name: str, classes: frozenset[str] | None) -> list[SgNode]:
    """What the field, getter or method of this name may be, in these classes or (None) in all, and in objects."""
    found: list[SgNode] = []
    for node in _named_members(source, name):
        if classes is None or class_around(node) in classes:
            value = node.field("right") or node.field("value")
            found += value_of(value or (node if node.field("body") else None))
    return found


def _named_members(source: Source, name: str) -> Iterator[SgNode]:
    if source.dialect.python:
        yield from (node for node in source.named("function_definition", "name", name) if class_around(node))
        yield from source.named("assignment", "left", f"self.{name}")
        yield from (node for node in source.named("assignment", "left", name) if _is_of_class(node))
        return
    for kind, field in _MEMBERS:
        yield from source.named(kind, field, name)
    yield from source.named("assignment_expression", "left", f"this.{name}")


def _is_of_class(assignment: SgNode) -> bool:
    """Not a variable of a method."""
    return next((each.kind() in _CLASSES for each in assignment.ancestors() if each.kind() in _OWNERS), False)


def class_around(node: SgNode) -> str | None:
    found = next((each for each in node.ancestors() if each.kind() in _CLASSES), None)
    return _text(found.field("name")) or "" if found else None


def parents_of(source: Source, name: str) -> set[str]:
    """The classes that a class of this file extends."""
    found: set[str] = set()
    for kind in _CLASSES:
        for node in source.named(kind, "name", name):
            bases = node.field("superclasses") or first_of(node, "class_heritage")
            names = all_of(bases, "identifier") if bases else []
            found |= {each.text() for each in names}
    return found


def class_of_variable(source: Source, name: str, at: SgNode) -> str | None:
    """By ``new LoginPage(page)``, ``LoginPage(page)``, or the type of a parameter."""
    for value in variables(source, name, at) or ():
        made = value.field("constructor") if value.kind() == "new_expression" else value.field("function")
        if made and made.kind() == "identifier" and made.text()[:1].isupper():
            return made.text()
    for kind in ("required_parameter", "typed_parameter", "variable_declarator"):
        for node in source.every(kind):
            named = node.field("pattern") or node.field("name") or next(iter(values(node)), None)
            told = node.field("type")
            if told and _text(named) == name:
                return told.text().lstrip(": ").strip("\"'")
    return None


def _text(node: SgNode | None) -> str | None:
    return node.text() if node else None
