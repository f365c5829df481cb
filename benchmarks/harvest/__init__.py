"""Harvest of a focused crawl: `python -m benchmarks.harvest`.

`web` makes a frozen little web of real articles, `peers` walks it as others do, `ours` as Seedbed
does, `measure` holds them against the labels, `floors` pins what was reached.
"""
