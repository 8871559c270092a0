"""Catalogue: layouts, experiments, transcripts and recordings, read from files and checked.

The room turns text and audio on disk into values of the domain. A file's table of keys ends here: what
leaves is a frozen dataclass, or one sentence that names the file, the line, the fault and what to write.
"""
