"""QR codes as drawings within a page."""

import segno


def qr_code(text: str) -> str:
    """Return ``text`` as an SVG element; its colours are attributes, so that no style is needed.

    A reader wants dark on light, in a dark page too, and the quiet zone around it.
    """
    drawn = segno.make(text, error="m", micro=False)
    return str(drawn.svg_inline(border=4, omitsize=True, dark="#000000", light="#ffffff", svgclass="qr"))
