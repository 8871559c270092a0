"""The rating flow: events in, commands out, one table between."""
