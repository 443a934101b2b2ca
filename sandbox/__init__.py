"""A small web on loopback with known truth: a language model, an image search, image hosts."""
