"""Asterisk's manager interface (AMI), read with least rights: events come in, facts of calls go out."""
