"""The servers under test, each in a process of its own; all of them send the same seven commands."""
