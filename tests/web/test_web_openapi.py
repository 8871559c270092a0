"""The API's description: every address of the API stands in it, and real answers have the shapes that it tells."""

import re

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from ivr.domain.access import Right
from ivr.domain.outcomes import Outcome
from ivr.usecases.make_token import make_token
from ivr.web.api.openapi import openapi
from ivr.web.sitemap import SITEMAP
from tests.experiment_calls import drawn_calls
from tests.memory_calls import call_id
from tests.memory_ports import StoredCall

# Where an address has parts: examples that there are.
EXAMPLES = {
    "agent": "ana",
    "pbx": call_id(0).pbx,
    "uniqueid": call_id(0).uniqueid,
    "/api/v1/experiments/{key}": "trial",
    "/api/v1/kpi/experiment/{key}": "trial",
}
MISSING = {"/api/v1/layouts/{key}"}
"""What this site has none of: its refusal is looked at instead."""


@pytest.fixture
async def site(site):
    """A site with calls of every outcome, an experiment and a fit."""
    for outcome in Outcome:
        category = 2 if outcome is Outcome.RATED else None
        site.tallies.calls += [
            StoredCall(agent=agent, outcome=outcome, category=category, ended_at=site.now)
            for agent in ("ana", "ben", None)
            for _ in range(6)
        ]
    even = {"plain": 0.5, "paced": 0.5}
    site.experiments.calls["trial"] = drawn_calls(1, 2000, layouts=even, answers=even, best=even)
    site.pass_time(days=1)
    return site


@pytest.fixture
async def headers(site):
    """What a script of an administrator sends, with every right that a token can have."""
    rights = frozenset(Right) - {Right.OWN_ACCOUNT, Right.ACCOUNTS, Right.OWN_FIGURES}
    made = await make_token(site.sign_in, "adam", "adam", name="script", scope=rights, days=9)
    return {"Authorization": f"Bearer {made.secret}"}


def validator(description, schema) -> Draft202012Validator:
    """Return what checks a value; references are those of the description."""
    whole = {**schema, "components": description["components"]}
    return Draft202012Validator(whole, format_checker=FormatChecker())


def filled(path: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda part: EXAMPLES.get(path, EXAMPLES.get(part[1], "none")), path)


def test_every_address_of_the_api_is_described():
    told = {(method.upper(), path) for path, each in openapi(SITEMAP)["paths"].items() for method in each}
    there = {(route.method, route.path) for route in SITEMAP if route.path.startswith("/api/")}
    assert told == there


def test_every_schema_of_the_description_is_a_schema():
    for route in SITEMAP:
        if route.operation is not None:
            for schema in (route.operation.answer, route.operation.form or {}, *route.operation.query.values()):
                Draft202012Validator.check_schema(schema)


def test_operations_have_names_of_their_own():
    names = [each["operationId"] for path in openapi(SITEMAP)["paths"].values() for each in path.values()]
    assert len(set(names)) == len(names)


async def test_every_answer_has_the_shape_that_is_described(browser, headers):
    description = await (await browser.get("/api/v1/openapi.json", headers=headers)).json()
    wrong = []
    for path, methods in description["paths"].items():
        if "get" not in methods:
            continue
        answer = await browser.get(filled(path), headers=headers)
        expected = 404 if path in MISSING else 200
        assert answer.status == expected, (path, await answer.text())
        schema = methods["get"]["responses"][str(expected)]["content"]["application/json"]["schema"]
        assert answer.content_type == "application/json"
        faults = validator(description, schema).iter_errors(await answer.json())
        wrong += [f"{path} {fault.json_path}: {fault.message[:200]}" for fault in faults]
    assert wrong == []


async def test_refusals_have_the_shape_that_is_described(browser, headers):
    description = await (await browser.get("/api/v1/openapi.json", headers=headers)).json()
    problem = validator(description, description["components"]["schemas"]["Problem"])
    for path, status in (
        ("/api/v1/kpi/agents?from=yesterday", 400),
        ("/api/v1/kpi/agents?colour=blue", 400),
        ("/api/v1/kpi/agents/nobody", 404),
        ("/api/v1/nowhere", 404),
    ):
        answer = await browser.get(path, headers=headers)
        assert answer.status == status
        problem.validate(await answer.json())
    for answer in (
        await browser.get("/api/v1/kpi/agents"),
        await browser.client.delete(f"{browser.address}/api/v1/kpi/agents", headers=headers),
    ):
        assert answer.status in (401, 405)
        problem.validate(await answer.json())
