"""Templates: Jinja with escaping always on, all loaded at start."""

from http import HTTPStatus

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

_environment = Environment(
    loader=PackageLoader("ivr.web", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


def load_templates() -> None:
    """Compile every template, so that a broken one stops the start and no request waits for a disk."""
    for name in _environment.list_templates(extensions=["html"]):
        _environment.get_template(name)


def render(template: str, *, status: HTTPStatus = HTTPStatus.OK, **values: object) -> web.Response:
    """Return a page."""
    text = _environment.get_template(template).render(values | {"status": int(status)})
    return web.Response(text=text, status=status, content_type="text/html")
