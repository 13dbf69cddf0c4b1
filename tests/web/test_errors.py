"""Every error leaves in one shape, whoever has raised it."""

import logging
from collections.abc import AsyncIterator

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from starlette.exceptions import HTTPException

from shifty.errors import Conflict, Exhausted, NotFound, Unauthenticated, Unavailable
from shifty.web.errors import install
from shifty.web.refusals import refusals
from shifty.wire import Body


class Order(Body):
    worker_count: int
    test_files: list[str]


class SpoonMissing(NotFound):
    """There is no such spoon."""

    code = "SPOON_NOT_FOUND"


def _app() -> FastAPI:
    app = FastAPI()
    install(app)

    @app.post("/order", summary="Order", responses=refusals(SpoonMissing))
    async def order(body: Order) -> dict[str, int]:
        return {"files": len(body.test_files)}

    @app.get("/fail/{kind}")
    async def fail(kind: str) -> None:
        raise {
            "missing": SpoonMissing("There is no spoon.", {"spoon": 1}),
            "conflict": Conflict("Too late."),
            "who": Unauthenticated("Who are you?"),
            "limit": Exhausted("Slow down.", retry_after_s=7),
            "away": Unavailable("Away.", retry_after_s=3),
            "framework": HTTPException(418, "teapot"),
            "nul": psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes"),
            "surrogate": UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed"),
            "deadlock": psycopg.errors.DeadlockDetected("deadlock detected"),
            "bug": ZeroDivisionError("secret inner detail"),
        }[kind]

    @app.get("/number")
    async def number(limit: int) -> int:
        return limit

    _ = (order, fail, number)
    return app


@pytest.fixture
async def api() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://shifty") as client:
        yield client


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("missing", 404, "SPOON_NOT_FOUND"),
        ("conflict", 409, "CONFLICT"),
        ("who", 401, "UNAUTHORIZED"),
        ("limit", 429, "RATE_LIMIT_EXCEEDED"),
        ("away", 503, "SERVICE_UNAVAILABLE"),
        ("framework", 418, "INVALID_PARAMETERS"),
        ("nul", 400, "INVALID_PARAMETERS"),
        ("surrogate", 400, "INVALID_PARAMETERS"),
        ("deadlock", 503, "SERVICE_UNAVAILABLE"),
        ("bug", 500, "INTERNAL_ERROR"),
    ],
)
async def test_what_is_raised_becomes_error_code_and_details(
    api: httpx.AsyncClient, kind: str, status: int, code: str
) -> None:
    answer = await api.get(f"/fail/{kind}")

    assert answer.status_code == status
    body = answer.json()
    assert set(body) == {"error", "code", "details"}
    assert body["code"] == code
    assert isinstance(body["error"], str)
    assert body["error"]
    assert isinstance(body["details"], dict)
    assert answer.headers["x-request-id"]


async def test_a_bug_is_told_in_one_line_and_logged_in_full(
    api: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = await api.get("/fail/bug", headers={"X-Request-ID": "mine-1"})

    assert "secret inner detail" not in answer.text
    assert answer.json()["details"] == {"requestId": "mine-1"}
    assert "mine-1" in caplog.text
    assert "secret inner detail" in caplog.text


async def test_kinds_bring_their_headers(api: httpx.AsyncClient) -> None:
    assert (await api.get("/fail/who")).headers["www-authenticate"] == "Bearer"
    assert (await api.get("/fail/limit")).headers["retry-after"] == "7"
    assert (await api.get("/fail/away")).headers["retry-after"] == "3"


async def test_an_unknown_route_and_a_wrong_method_are_in_shape(api: httpx.AsyncClient) -> None:
    unknown = await api.get("/nowhere")
    wrong = await api.delete("/order")

    assert (unknown.status_code, unknown.json()["code"]) == (404, "NOT_FOUND")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert wrong.headers["allow"] == "POST"
    assert all(answer.headers["x-request-id"] for answer in (unknown, wrong))


async def test_all_faults_of_a_body_are_named_at_once(api: httpx.AsyncClient) -> None:
    answer = await api.post("/order", json={"workerCount": "many", "testFiles": ["a.spec.ts", 3]})

    assert answer.status_code == 400
    body = answer.json()
    assert body["code"] == "INVALID_PARAMETERS"
    assert [field["path"] for field in body["details"]["fields"]] == ["workerCount", "testFiles[1]"]
    assert all(field["message"] for field in body["details"]["fields"])


async def test_a_faulty_query_parameter_is_named(api: httpx.AsyncClient) -> None:
    answer = await api.get("/number?limit=ten")

    assert answer.status_code == 400
    assert answer.json()["details"]["fields"][0]["path"] == "limit"


@pytest.mark.parametrize("text", ['{"workerCount": ', "", "[]", '"a"', "null"])
async def test_a_malformed_body_is_a_fault_of_the_caller(api: httpx.AsyncClient, text: str) -> None:
    answer = await api.post("/order", content=text, headers={"Content-Type": "application/json"})

    assert answer.status_code == 400
    assert answer.json()["code"] == "INVALID_PARAMETERS"
    assert answer.json()["details"]["fields"]


async def test_a_body_that_is_not_json_is_an_unsupported_media_type(api: httpx.AsyncClient) -> None:
    answer = await api.post("/order", content=b"<order/>", headers={"Content-Type": "application/xml"})

    assert (answer.status_code, answer.json()["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_the_description_shows_our_errors_and_not_the_frameworks(api: httpx.AsyncClient) -> None:
    description = (await api.get("/openapi.json")).json()

    responses = description["paths"]["/order"]["post"]["responses"]
    assert "422" not in responses
    assert {"200", "400", "401", "403", "404", "413", "500", "503"} <= set(responses)
    assert "SPOON_NOT_FOUND" in responses["404"]["description"]
    assert "There is no such spoon." in responses["404"]["description"]
    assert "HTTPValidationError" not in description["components"]["schemas"]
