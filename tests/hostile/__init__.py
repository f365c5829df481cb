"""A hostile web on loopback: servers, answers, files, and the crawls that meet them."""
