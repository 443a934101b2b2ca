"""What all tests share."""

from hypothesis import settings

# An example may take long where other work shares the cores; how fast code is, benchmarks say.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
