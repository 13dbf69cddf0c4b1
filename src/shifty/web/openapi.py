"""The OpenAPI description, corrected where the framework describes itself and not us, and completed for generators."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias, cast

import msgspec
from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic.alias_generators import to_camel

from shifty.web.examples import Examples
from shifty.web.glossary import word_for

Node: TypeAlias = dict[str, object]

_HEADERS: dict[str, Node] = {
    "X-Request-ID": {
        "description": "Names this request in the server's log; yours, if you send one.",
        "required": True,
        "schema": {"type": "string"},
        "example": "7b1e1c0a9f8d4c2e",
    },
    "RateLimit-Limit": {
        "description": "How many requests may come at once after a pause: the size of the bucket that this counts in.",
        "schema": {"type": "integer", "minimum": 0},
        "example": 1000,
    },
    "RateLimit-Remaining": {
        "description": "How many of these are left.",
        "schema": {"type": "integer", "minimum": 0},
        "example": 999,
    },
    "RateLimit-Reset": {
        "description": "Seconds until all of them are there again.",
        "schema": {"type": "integer", "minimum": 0},
        "example": 1,
    },
    "RateLimit-Policy": {
        "description": "The rate in words of a machine: requests, window in seconds, burst.",
        "schema": {"type": "string"},
        "example": "500;w=60;burst=1000",
    },
    "Retry-After": {
        "description": "Seconds after which the same request may pass.",
        "required": True,
        "schema": {"type": "integer", "minimum": 0},
        "example": 1,
    },
    "WWW-Authenticate": {
        "description": "How to authenticate.",
        "required": True,
        "schema": {"type": "string", "const": "Bearer"},
        "example": "Bearer",
    },
}
_ALWAYS = ("X-Request-ID",)
_LIMITED = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "RateLimit-Policy")
_OF_STATUS = {"401": ("WWW-Authenticate",), "429": ("Retry-After",), "503": ("Retry-After",)}


def operation_id(route: APIRoute) -> str:
    """What a generated client calls the operation: the name of its function, as names are on the wire."""
    return to_camel(route.name)


def complete_description(app: FastAPI) -> None:
    """Make the description of ``app`` complete, at its first use.

    The framework's 422 is dropped: invalid input is answered 400, in our shape. Fields that do not describe themselves
    are described by the glossary; every body gets an example and every answer its headers. Limits that are settings are
    in ``app.state.described_maxima``, by ``Schema.field``, and bodies that msgspec reads and writes in
    ``app.state.described_structs``.
    """
    describe = cast("Callable[[], Node]", app.openapi)

    def completed() -> Node:
        fresh = app.openapi_schema is None
        description = describe()
        if fresh:
            maxima = cast("Mapping[str, int]", getattr(app.state, "described_maxima", {}))
            structs = cast("Sequence[type[msgspec.Struct]]", getattr(app.state, "described_structs", ()))
            _complete(description, maxima, structs)
        return description

    app.openapi = completed  # pyright: ignore[reportAttributeAccessIssue]  # the framework's documented way


def _complete(description: Node, maxima: Mapping[str, int], structs: Sequence[type[msgspec.Struct]]) -> None:
    components = cast("dict[str, Node]", description.setdefault("components", {}))
    schemas = cast("dict[str, Node]", components.setdefault("schemas", {}))
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas.update(msgspec.json.schema_components(structs, ref_template="#/components/schemas/{name}")[1])
    for name, schema in schemas.items():
        _describe_fields(name, schema)
        for field, described in cast("dict[str, Node]", schema.get("properties", {})).items():
            if (most := maxima.get(f"{name}.{field}")) is not None:
                _limit(described, most)
    components["headers"] = dict(_HEADERS)
    examples = Examples(schemas)
    for operation in _operations(description):
        responses = cast("dict[str, Node]", operation.get("responses", {}))
        responses.pop("422", None)
        for status, response in responses.items():
            _add_headers(status, response, limited="security" in operation)
        for body in (operation.get("requestBody"), *responses.values()):
            examples.add_to(cast("Node | None", body))
        _describe_parameters(operation)


def _operations(description: Node) -> Iterator[Node]:
    for operations in cast("dict[str, dict[str, Node]]", description.get("paths", {})).values():
        yield from operations.values()


def _describe_fields(name: str, schema: Node) -> None:
    # "NotRunTest-Input" is the framework's name for one of two faces of a model.
    name = name.partition("-")[0]
    for field, described in cast("dict[str, Node]", schema.get("properties", {})).items():
        word = word_for(name, field)
        if word and not described.get("description"):
            described["description"] = word.meaning


def _limit(field: Node, most: int) -> None:
    for option in (field, *cast("list[Node]", field.get("anyOf", []))):
        if option.get("type") == "integer":
            option["maximum"] = most


def _describe_parameters(operation: Node) -> None:
    for parameter in cast("list[Node]", operation.get("parameters", [])):
        word = word_for("", str(parameter["name"]))
        if word and not parameter.get("description"):
            parameter["description"] = word.meaning
        if word and parameter["in"] == "path":
            parameter.setdefault("example", word.example)
        _drop_null(cast("Node", parameter["schema"]))


def _drop_null(schema: Node) -> None:
    """A parameter is there or not; a null can't be sent."""
    options = cast("list[Node]", schema.get("anyOf", []))
    kept = [option for option in options if option.get("type") != "null"]
    if len(kept) == 1 < len(options):
        del schema["anyOf"]
        schema.update(kept[0])


def _add_headers(status: str, response: Node, *, limited: bool) -> None:
    names = (*_ALWAYS, *(_LIMITED if limited else ()), *_OF_STATUS.get(status, ()))
    headers = cast("Node", response.setdefault("headers", {}))
    for name in names:
        headers.setdefault(name, {"$ref": f"#/components/headers/{name}"})
