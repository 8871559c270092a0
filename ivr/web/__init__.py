"""The web: pages, the figures' API and the service's probes, on aiohttp."""
