"""Many pages at once: shards, each read by a process into a file, taken in by one in order.

    making.py    what a process does with a shard: records -> readings -> one file, there whole
    crew.py      the processes of this machine; dask_crew.py those of a cluster (extra `cluster`)
    order.py     hands shards out, a few ahead, and gives them back in their order
    rereading.py, importing.py   the writer: `seedbed reextract`, `seedbed import-warc`

What a page says depends on the page alone, so it is read anywhere and in any order. What follows
of it (what its site repeats, its relevance, whose copy it is, its story) depends on what is in the
corpus by then, so one process judges it, page after page: however many processes read, the corpus
comes out the same.
"""
