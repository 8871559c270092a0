"""Figures from tallies: one method a file, every figure with its interval, its n and its reasons."""
