"""A reader: signs in as a person does, then asks for pages over one connection that is kept."""

import re
import subprocess
import sys
import time
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlencode

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_NAME = "bench"
_PASSWORD = "a page a moment, for a year"


class Reader:
    """Somebody who sees everything."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=600)
        self._cookies: dict[str, str] = {}

    def sign_in(self, environment: Mapping[str, str]) -> None:
        """Sign in; the user is added where the ledger knows none yet."""
        words = ["user", "add", _NAME, "--role", "admin", "--password-stdin"]
        subprocess.run(
            [sys.executable, "-m", "ivr", *words],
            env=environment,
            input=f"{_PASSWORD}\n".encode(),
            capture_output=True,
            check=False,  # the user may be there from the last time
        )
        _, form = self._ask("GET", "/sign-in")
        token = _TOKEN.search(form.decode())
        if token is None:
            raise SystemExit("there is no form at /sign-in")
        fields = urlencode({"name": _NAME, "password": _PASSWORD, "csrf_token": token[1]})
        answer, said = self._ask("POST", "/sign-in", fields)
        if answer.status != 303:
            raise SystemExit(f"signing in was answered with {answer.status}: {said.decode()[:2000]}")

    def view(self, path: str, *, patient: bool = False) -> tuple[float, int]:
        """Return the seconds that a page took to be there whole, and its bytes; ``patient`` asks until it is."""
        begun = time.perf_counter()
        answer, body = self._ask("GET", path)
        while patient and answer.status in {202, 503}:
            answer, body = self._ask("GET", path)
        while answer.status == 429:  # nobody reads so fast; the wait is no part of the view
            time.sleep(float(answer.headers.get("Retry-After", "1")))
            begun = time.perf_counter()
            answer, body = self._ask("GET", path)
        seconds = time.perf_counter() - begun
        if answer.status != 200:
            raise SystemExit(f"{path} was answered with {answer.status}: {body.decode()[-2000:]}")
        return seconds, len(body)

    def metrics(self) -> str:
        """Return what the service measures."""
        return self._ask("GET", "/metrics")[1].decode()

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[HTTPResponse, bytes]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        return answer, answer.read()
