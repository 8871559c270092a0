"""The pictures of the pages on statistics: one module a picture, whose ``chart()`` is drawn with the program's figures.

``docs/statistics/draw.py`` renders ``NAME.py`` into ``../images/NAME.svg``; what all have in common is in ``theme.py``,
which is no picture. A chart computes everything anew: no network, no file, no clock, and a seed where it draws.
"""
