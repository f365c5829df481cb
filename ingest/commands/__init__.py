"""Scrapy's commands, where ours must end otherwise."""
