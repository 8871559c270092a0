"""Draws the pictures of the pages on statistics: every ``drawings/NAME.py`` into ``images/NAME.svg``.

``.venv/bin/python docs/statistics/draw.py [NAME ...]`` draws all, or those named. With ``--check`` nothing is written,
and it ends with 1 where a picture that is there is not, byte for byte, what is drawn now, or belongs to no drawing.
"""

import argparse
import re
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import altair as alt
import vl_convert

HERE = Path(__file__).resolve().parent
DRAWINGS, IMAGES = HERE / "drawings", HERE / "images"
NO_DRAWING = {"__init__", "theme"}

_LONG_FRACTION = re.compile(r"-?\d+(?:\.\d+)?e-\d+|-?\d+\.\d{4,}")
# The renderer numbers these anew for each picture of a process, from where the one before ended.
_NUMBERED = re.compile(r"\b(clip|gradient_|pattern_)(\d+)\b")


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw, or compare; returns 1 where something is out of date."""
    parser = argparse.ArgumentParser(description="Draws the pictures of docs/statistics.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="a drawing; else all")
    parser.add_argument("--check", action="store_true", help="write nothing, end with 1 where a picture is out of date")
    chosen = parser.parse_args(arguments)
    known = drawings()
    unknown = sorted(set(chosen.names) - set(known))
    if unknown:
        parser.error(f"no drawing is named {', '.join(unknown)}; there are {', '.join(known) or 'none'}")
    # A drawing is a module of the package beside this file, wherever this is started from.
    sys.path.insert(0, str(HERE))
    theme = import_module("drawings.theme")
    alt.theme.register("ivr", enable=True)(theme.look)
    stale = [] if chosen.names else [f"{name}.svg belongs to no drawing" for name in pictures() if name not in known]
    for name in chosen.names or known:
        path, drawn = IMAGES / f"{name}.svg", picture(name)
        if not chosen.check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(drawn)
            sys.stderr.write(f"{path.relative_to(HERE)}, {len(drawn) / 1024:.0f} KB\n")
        elif not path.is_file():
            stale.append(f"{name}.svg is missing")
        elif path.read_text() != drawn:
            stale.append(f"{name}.svg is out of date")
    for each in stale:
        sys.stderr.write(f"{each}; see docs/statistics/draw.py\n")
    return 1 if stale else 0


def drawings() -> list[str]:
    """Return the names of the drawings."""
    return sorted(path.stem for path in DRAWINGS.glob("*.py") if path.stem not in NO_DRAWING)


def pictures() -> list[str]:
    """Return the names of the pictures that are there."""
    return sorted(path.stem for path in IMAGES.glob("*.svg"))


def picture(name: str) -> str:
    """Return the SVG of a drawing, the same on every machine."""
    chart: alt.TopLevelMixin = import_module(f"drawings.{name}").chart()
    version = alt.SCHEMA_VERSION.removeprefix("v").rpartition(".")[0]
    return settled(vl_convert.vegalite_to_svg(chart.to_dict(), vl_version=version)) + "\n"


def settled(svg: str) -> str:
    """Return the SVG without what differs between two runs or machines and shows nowhere."""
    numbers: dict[str, str] = {}
    renumbered = _NUMBERED.sub(lambda found: numbers.setdefault(found[0], f"{found[1]}{len(numbers)}"), svg)
    # A thousandth of a pixel: what stands behind it is the arithmetic of one processor.
    return _LONG_FRACTION.sub(
        lambda found: f"{round(float(found[0]), 3) + 0.0:.3f}".rstrip("0").rstrip("."), renumbered
    )


if __name__ == "__main__":
    sys.exit(main())
