"""How many requests a new article costs, and how soon it is seen; see `docs/politeness.md`."""
