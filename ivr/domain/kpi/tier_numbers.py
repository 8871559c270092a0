"""The numbers of the tiers: clearly above the middle, not told from it, clearly below it."""

ABOVE, MIDDLE, BELOW = 1, 2, 3
