"""The mark of what is no part of a table's content."""

VOLATILE = {"volatile": True}
"""Field metadata: a record of when or how long, never part of a table's content digest."""
