"""Rated replies -> a promoted artifact; everything runs from the `tonfall-train` command."""
