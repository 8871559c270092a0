"""Where handlers find the layouts that the running service lets callers hear."""

from aiohttp import web

from ivr.usecases.heard_layouts import HeardLayouts

HEARD = web.AppKey("heard", HeardLayouts)
