"""The losses that are measured, and how."""
