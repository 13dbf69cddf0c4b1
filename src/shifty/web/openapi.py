"""The OpenAPI description, corrected where the framework describes itself and not us."""

from collections.abc import Callable
from typing import cast

from fastapi import FastAPI


def document_errors(app: FastAPI) -> None:
    """Drop the framework's 422 from the description of ``app``: invalid input is answered 400, in our shape."""
    describe = cast("Callable[[], dict[str, object]]", app.openapi)

    def corrected() -> dict[str, object]:
        fresh = app.openapi_schema is None
        description = describe()
        if fresh:
            _drop_422(description)
        return description

    app.openapi = corrected  # pyright: ignore[reportAttributeAccessIssue]  # the framework's documented way


def _drop_422(description: dict[str, object]) -> None:
    paths = cast("dict[str, dict[str, dict[str, object]]]", description.get("paths", {}))
    for operations in paths.values():
        for operation in operations.values():
            cast("dict[str, object]", operation.get("responses", {})).pop("422", None)
    components = cast("dict[str, dict[str, object]]", description.get("components", {}))
    for name in ("HTTPValidationError", "ValidationError"):
        components.get("schemas", {}).pop(name, None)
