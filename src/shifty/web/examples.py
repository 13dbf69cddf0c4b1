"""Examples of bodies, put together from the examples of their fields."""

from collections.abc import Mapping
from typing import TypeAlias, cast

from shifty.web.glossary import word_for

Node: TypeAlias = dict[str, object]

_OF_FORMAT: Mapping[str, object] = {
    "uuid": "550e8400-e29b-41d4-a716-446655440000",
    "date-time": "2024-12-09T10:00:00Z",
    "date": "2024-12-09",
}
_OF_TYPE: Mapping[str, object] = {"string": "…", "integer": 0, "number": 0.0, "boolean": False, "null": None}


class Examples:
    """What a value of a schema may look like. A schema that has an example of its own is taken at its word."""

    def __init__(self, schemas: Mapping[str, Node]) -> None:
        self._schemas = schemas

    def add_to(self, body: Node | None) -> None:
        """Give each JSON form of a request body or an answer an example, unless it has one."""
        for media_type, content in cast("dict[str, Node]", (body or {}).get("content", {})).items():
            if media_type == "application/json" and not {"example", "examples"} & set(content):
                content["example"] = self.of(cast("Node", content.get("schema", {})))

    def of(self, schema: Node, owner: str = "", inside: tuple[str, ...] = ()) -> object:
        """An example for ``schema``; ``inside`` are the names that it is part of, so that a tree has an end."""
        own = _own_example(schema)
        if own is not None:
            return own[0]
        reference = schema.get("$ref")
        if isinstance(reference, str):
            name = reference.rpartition("/")[2]
            return {} if name in inside else self.of(self._schemas[name], name, (*inside, name))
        if schema.get("type") == "object":
            return self._object(schema, owner, inside)
        for kind in ("allOf", "anyOf", "oneOf"):
            if options := cast("list[Node]", schema.get(kind)):
                return self.of(options[0], owner, inside)
        if schema.get("type") == "array":
            items = cast("Node", schema.get("items", {}))
            return [] if _is_inside(items, inside) else [self.of(items, owner, inside)]
        by_format = _OF_FORMAT.get(str(schema.get("format")))
        return by_format or _OF_TYPE.get(str(schema.get("type")))

    def _object(self, schema: Node, owner: str, inside: tuple[str, ...]) -> dict[str, object]:
        fields = cast("dict[str, Node]", schema.get("properties", {}))
        return {name: self._field(name, field, owner, inside) for name, field in fields.items()}

    def _field(self, name: str, field: Node, owner: str, inside: tuple[str, ...]) -> object:
        word = word_for(owner.partition("-")[0], name)
        # A list or an object is spelt out rather than left empty.
        spelt_out = word is None or word.example == [] or (word.example is None and not _may_be_null(field))
        if word is None or spelt_out or _refers(field) or _own_example(field):
            return self.of(field, owner, inside)
        return word.example


def _own_example(schema: Node) -> list[object] | None:
    """The example that a schema itself gives, as the only element; None without one."""
    given = schema.get("examples")
    if isinstance(given, list) and given:
        return [cast("list[object]", given)[0]]
    for key in ("example", "const"):
        if key in schema:
            return [schema[key]]
    allowed = schema.get("enum")
    return [cast("list[object]", allowed)[0]] if isinstance(allowed, list) else None


def _may_be_null(field: Node) -> bool:
    return any(option.get("type") == "null" for option in cast("list[Node]", field.get("anyOf", [])))


def _refers(field: Node) -> bool:
    return "$ref" in field or any("$ref" in option for option in cast("list[Node]", field.get("anyOf", [])))


def _is_inside(items: Node, inside: tuple[str, ...]) -> bool:
    return str(items.get("$ref", "")).rpartition("/")[2] in inside
