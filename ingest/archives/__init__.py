"""Archives of the web that others keep: WARC files, CC-NEWS, the answers of a CDX server; pure."""
