"""Where a story may be told, before any of it was found: outlets of the seeds, a catalogue.

`seed_outlets` reads whom the seeds name, `catalogue` knows outlets by country and language,
`proposals` says what speaks for each, `trials` which is tried when and which rests. All is pure.
"""

from __future__ import annotations
