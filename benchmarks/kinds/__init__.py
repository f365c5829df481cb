"""What kind of page is this? A labelled set made by a generator, and how often we are right.

`python -m benchmarks.kinds` prints the confusion matrix; `--check` holds it against the floors.
"""
