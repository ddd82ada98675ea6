import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

from service.api.openapi import document

UNDOCUMENTED = {
    "/openapi.json",
    "/docs",
    "/static/<path:filename>",
    "/widget/tonfall.js",
    "/playground",
}


def test_every_route_for_clients_is_in_the_contract(app: Flask) -> None:
    routes = {rule.rule for rule in app.url_map.iter_rules()} - UNDOCUMENTED
    routes = {route for route in routes if not route.startswith("/workbench/")}
    paths: Any = document()["paths"]

    assert {re.sub("<([a-z]+)>", r"{\1}", route) for route in routes} == set(paths)


def test_the_contract_is_openapi_3_1_with_no_dangling_reference(client: FlaskClient) -> None:
    served: Any = client.get("/openapi.json").json
    references = set(_references(served))

    assert served["openapi"].startswith("3.1")
    assert references
    for reference in references:
        kind, name = reference.removeprefix("#/components/").split("/")
        assert name in served["components"][kind]


def test_every_schema_is_a_json_schema() -> None:
    components: Any = document()["components"]
    for schema in components["schemas"].values():
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(
    "name",
    [
        "ScoreResponse",
        "BatchResponse",
        "ModelsResponse",
        "RubricResponse",
        "CheckResponse",
        "ProblemResult",
    ],
)
def test_real_answers_satisfy_the_contract(client: FlaskClient, name: str) -> None:
    item = {"reply": "Hej"}
    answers = {
        "ScoreResponse": client.post("/v1/score", json=item),
        "BatchResponse": client.post("/v1/score/batch", json={"items": [item, 1]}),
        "ModelsResponse": client.get("/v1/models"),
        "RubricResponse": client.get("/v1/rubric"),
        "CheckResponse": client.post(
            "/compat/languagetool/v2/check", data={"text": "Hej", "language": "sv"}
        ),
        "ProblemResult": client.post("/v1/score", json={}),
    }
    contract: Any = document()
    schema = {"$ref": f"#/components/schemas/{name}", "components": contract["components"]}

    Draft202012Validator(schema).validate(answers[name].json)


def test_a_problem_is_documented_as_one() -> None:
    paths: Any = document()["paths"]
    for path in paths.values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                media = set(response.get("content", ()))
                assert (media == {"application/problem+json"}) is (int(status) >= 400)


def test_the_docs_need_no_other_host(client: FlaskClient) -> None:
    page = client.get("/docs").text

    assert "//" not in page.replace("<!doctype", "")
    for part in ("swagger-ui-bundle.js", "swagger-ui.css", "docs.js"):
        found = next(w for w in page.split('"') if w.endswith(part))
        with client.get(found) as response:
            assert response.status_code == 200


def test_the_policy_forbids_other_hosts(client: FlaskClient) -> None:
    assert "default-src 'self'" in client.get("/docs").headers["Content-Security-Policy"]


def _references(node: object) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [r for v in node.values() for r in _references(v)]
    if isinstance(node, list):
        return [r for v in node for r in _references(v)]
    return []
