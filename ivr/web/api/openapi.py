"""The API's description of itself in OpenAPI 3.1, made from what the routes declare."""

import re
from collections.abc import Collection, Iterable, Mapping

from ivr.domain.access import Right
from ivr.web.api.schemas import COMPONENTS, PROBLEM, TEXT
from ivr.web.routes import Operation, Route, Schema

API_VERSION = "1"
_PART = re.compile(r"\{([^:{}]+)(?::[^{}]*)?\}")
_COMMON = {
    "400": "The parameters cannot mean anything; the sentence says what to write.",
    "401": "There is no session and no token, or it has ended.",
    "403": "The sign-in or the token does not include this.",
    "404": "There is no such thing, or it is out of the reader's scope.",
    "429": "Too many requests; Retry-After says how many seconds to wait.",
    "503": "The figures cannot be reached just now.",
}
_NOTHING: Schema = {"type": "string", "maxLength": 0}
_RETRY_AFTER = {
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}, "required": True}
}


def openapi(routes: Iterable[Route]) -> Mapping[str, object]:
    """Return the description of every one of ``routes`` that declares an operation."""
    paths: dict[str, dict[str, object]] = {}
    for route in routes:
        if route.operation is not None:
            operation = _operation(route, route.operation)
            paths.setdefault(_PART.sub(r"{\1}", route.path), {})[route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "ivr-rating",
            "version": API_VERSION,
            "description": "The figures of the pages for scripts. A browser is known by its session's cookie; a "
            "script carries an API token, made on the account page, in the header Authorization.",
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}, {"session": []}],
        "paths": paths,
        "components": {
            "schemas": dict(COMPONENTS),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "An API token: ivr_..."},
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "ivr_session",
                    "description": "The cookie of a browser's sign-in; over TLS its name begins with __Host-. "
                    "What changes something then needs the session's csrf_token in the form.",
                },
            },
        },
    }


def _operation(route: Route, operation: Operation) -> Mapping[str, object]:
    described: dict[str, object] = {
        "operationId": _identifier(route),
        "summary": operation.summary,
        "description": _who_may(route.rights),
        "parameters": [*_path_parameters(route.path, operation.path), *_query_parameters(operation.query)],
        "responses": _responses(operation),
    }
    if operation.form is not None:
        content = {"application/x-www-form-urlencoded": {"schema": _open(operation.form)}}
        described["requestBody"] = {"required": bool(operation.form.get("required")), "content": content}
    return described


def _open(form: Schema) -> Schema:
    """Return a form's schema with room for its token and for fields that mean nothing."""
    return {key: value for key, value in form.items() if key != "additionalProperties"}


def _responses(operation: Operation) -> Mapping[str, object]:
    refusals = _COMMON | {str(status): said for status, said in operation.refusals.items()}
    problem = {"application/json": {"schema": PROBLEM}}
    return {
        str(operation.status): {
            "description": operation.summary,
            "content": {"application/json": {"schema": operation.answer}},
        },
        **{
            status: {"description": said, "content": problem} | ({"headers": _RETRY_AFTER} if status == "429" else {})
            for status, said in sorted(refusals.items())
        },
    }


def _path_parameters(path: str, known: Mapping[str, Schema]) -> Iterable[Mapping[str, object]]:
    for name in _PART.findall(path):
        yield {"name": name, "in": "path", "required": True, "schema": known.get(name, TEXT)}


def _query_parameters(query: Mapping[str, Schema]) -> Iterable[Mapping[str, object]]:
    """Yield the parameters; one without a value is taken as one that is not there, as forms send it."""
    for name, schema in query.items():
        bare = {key: value for key, value in schema.items() if key != "description"}
        taken = (
            bare
            if bare.get("type") == "string" and not bare.keys() & {"enum", "format"}
            else {"anyOf": [bare, _NOTHING]}
        )
        yield {"name": name, "in": "query", "schema": taken} | (
            {"description": schema["description"]} if "description" in schema else {}
        )


def _who_may(rights: Collection[Right]) -> str:
    return "Needs one of the rights: " + ", ".join(sorted(rights)) + "."


def _identifier(route: Route) -> str:
    """Return the handler's place in words: ``get_kpi_agents``."""
    parts = [part for part in re.split(r"[^a-z0-9]+", route.path.removeprefix("/api/v1").lower()) if part]
    return "_".join([route.method.lower(), *parts])
