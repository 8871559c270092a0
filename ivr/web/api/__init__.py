"""The API: what the pages show, as JSON for scripts, with a description of itself."""
