"""The cheese-tasting counts of McCullagh and Nelder (1989, p. 175): additives A to D, 1 = strong dislike to 9."""

import numpy as np

CHEESE = np.array(
    [
        [0, 0, 1, 7, 8, 8, 19, 8, 1],
        [6, 9, 12, 11, 7, 6, 1, 0, 0],
        [1, 1, 6, 8, 23, 7, 5, 1, 0],
        [0, 0, 0, 1, 3, 7, 14, 16, 11],
    ],
    dtype=float,
)
ADDITIVES = np.vstack([np.eye(3), np.zeros(3)])
