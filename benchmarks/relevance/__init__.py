"""How well the topic tells related texts from the rest, beside other methods.

`python -m benchmarks.relevance --help` says what can be measured. The texts and the official scorer
lie in an evaluation folder that is no part of the project; without it nothing is measured.
"""
