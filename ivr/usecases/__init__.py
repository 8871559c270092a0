"""Use cases: one verb a file; they know the domain and the ports, never an edge."""
