"""Telling people who do not look: what, when and how.

`gathering` reads facts out of the corpus, `decide` makes alerts of them, which wait in the corpus
for each address; `timing` says when an address is told, `wording` in what words, and `sending`
does it. `round` is the shell around all of them.
"""
