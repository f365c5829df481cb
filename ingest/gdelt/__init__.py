"""GDELT: what its 15-minute files and its DOC API say, as candidates of a topic; all pure.

`files` reads the lists of files, `spans` keeps which were read, `unpack` gives the lines of one,
`rows` reads a line, `match` says which belong to a topic. `doc` asks and reads the API.
"""
