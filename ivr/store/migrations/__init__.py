"""The steps that bring a database from one version of its schema to the next."""
