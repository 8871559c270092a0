"""A synthetic call centre with known truth: agents, callers and calls drawn from a generative model."""
