"""The one place that builds the rooms' parts and joins them; start and stop order."""
