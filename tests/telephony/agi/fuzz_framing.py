"""The coverage-guided fuzzer of the framing: a program of its own; ``make fuzz`` and ``test_framing_fuzz.py`` run it.

An input is a stream, and after its last byte 0xFF the sizes of the pieces it comes in; without one it comes byte by
byte. So a file of the corpus is readable, and mutations move the cuts as well. The limits are lowered, so that short
inputs reach them. What is held is the law of ``framing_law.py``; libFuzzer itself guards time and memory of each input
(``-timeout``, ``-rss_limit_mb``).

Usage: ``python -m tests.telephony.agi.fuzz_framing [--framer=NAME] [--blind] [libFuzzer's options and folders]``.
NAME is one of ``broken_framers.py``; ``--blind`` leaves out the instrumentation, so that nothing guides the mutations.
"""

import sys
from contextlib import nullcontext
from importlib import import_module

import atheris


def main(arguments: list[str]) -> None:
    """Fuzz until libFuzzer's options say that it is enough; it ends the process itself."""
    ours = {name: value for name, _, value in (each.partition("=") for each in arguments) if name.startswith("--")}
    # Instrumented is what is imported here for the first time, so nothing above may import it.
    guide = nullcontext() if "--blind" in ours else atheris.instrument_imports(include=["ivr.telephony.agi.framing"])
    with guide:
        framing = import_module("ivr.telephony.agi.framing")
    law = import_module("tests.telephony.agi.framing_law")
    inputs = import_module("tests.telephony.agi.fuzz_input")
    broken = import_module("tests.telephony.agi.broken_framers")
    framer = getattr(broken, ours["--framer"]) if "--framer" in ours else framing.Framer
    inputs.lower_limits(framing)

    def one_input(data: bytes) -> None:
        stream, sizes = inputs.cut_input(data)
        law.obey(stream, sizes, framer=framer, limits=inputs.LOW)

    atheris.Setup([each for each in arguments if not each.startswith("--")], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv)
