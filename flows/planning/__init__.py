"""What a run would do, and why: found by keys alone."""
