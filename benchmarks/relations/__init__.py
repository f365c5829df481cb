"""How well copies are found, and what it costs."""
