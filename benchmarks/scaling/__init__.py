"""The parts of `benchmarks.scale`: a generated run of any size, its stages in processes of their own, their growth."""
