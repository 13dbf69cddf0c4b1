"""The OpenAPI description is complete enough to generate clients from."""

import json
from collections.abc import Iterator
from typing import TypeAlias, cast

import httpx
import jsonschema_rs
import pytest

from tests.contract.conftest import API

Node: TypeAlias = dict[str, object]


@pytest.fixture
async def described(http: httpx.AsyncClient) -> Node:
    return (await http.get(f"{API}/openapi.json")).json()


def operations(described: Node) -> Iterator[tuple[str, Node]]:
    for path, methods in cast("dict[str, dict[str, Node]]", described["paths"]).items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def bodies(operation: Node) -> Iterator[tuple[str, Node]]:
    """The JSON of the request and of each answer."""
    answers = cast("dict[str, Node]", operation["responses"])
    for name, body in (("request", cast("Node", operation.get("requestBody", {}))), *answers.items()):
        content = cast("dict[str, Node]", body.get("content", {}))
        if "application/json" in content:
            yield name, content["application/json"]


async def test_every_operation_says_what_it_is_for(described: Node) -> None:
    missing = [
        f"{name}: {part}"
        for name, operation in operations(described)
        for part in ("summary", "description", "tags", "operationId")
        if not operation.get(part)
    ]

    assert not missing


async def test_operation_ids_are_names_for_a_generated_client(described: Node) -> None:
    ids = [str(operation["operationId"]) for _, operation in operations(described)]

    assert len(set(ids)) == len(ids)
    assert not [name for name in ids if not name.isidentifier() or len(name) > 40]


async def test_every_field_and_parameter_is_described(described: Node) -> None:
    schemas = cast("dict[str, dict[str, Node]]", described["components"])["schemas"]
    missing = [
        f"{schema}.{field}"
        for schema, node in schemas.items()
        for field, of_field in cast("dict[str, Node]", node.get("properties", {})).items()
        if not of_field.get("description")
    ]
    missing += [
        f"{name}: parameter {parameter['name']}"
        for name, operation in operations(described)
        for parameter in cast("list[Node]", operation.get("parameters", []))
        if not parameter.get("description")
    ]

    assert not missing, "describe them with Field(description=…), or a word of many places in web/glossary.py"


async def test_every_body_has_an_example_that_fits_its_schema(described: Node) -> None:
    missing, unfit = list[str](), list[str]()
    for name, operation in operations(described):
        for part, content in bodies(operation):
            examples = [content["example"]] if "example" in content else []
            named = cast("dict[str, Node]", content.get("examples", {}))
            examples += [example["value"] for example in named.values()]
            if not examples:
                missing.append(f"{name}: {part}")
            schema = {**cast("Node", content["schema"]), "components": described["components"]}
            validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
            unfit += [
                f"{name}: {part}: {error.instance_path}: {error.message}"
                for example in examples
                for error in validator.iter_errors(json.loads(json.dumps(example)))
            ]

    assert not missing
    assert not unfit


async def test_every_operation_with_a_key_tells_its_errors_and_limits(described: Node) -> None:
    for name, operation in operations(described):
        if "security" not in operation:
            continue
        answers = cast("dict[str, Node]", operation["responses"])
        assert {"400", "401", "403", "413", "429", "500", "503"} <= set(answers), name
        assert "422" not in answers, name
        for status, answer in answers.items():
            headers = set(cast("Node", answer["headers"]))
            assert {"X-Request-ID", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"} <= headers, name
            assert ("Retry-After" in headers) == (status in ("429", "503")), (name, status)
            assert ("WWW-Authenticate" in headers) == (status == "401"), (name, status)


async def test_only_probes_need_no_key(described: Node) -> None:
    without = {name for name, operation in operations(described) if "security" not in operation}

    # A signed upload carries its permission in its address.
    assert {name for name in without if "/artifacts/put/" not in name} == {"GET /healthz", "GET /readyz"}
