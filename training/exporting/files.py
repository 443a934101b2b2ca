"""What the files of an exported folder are called."""

from training.predicting.prepared import GRAPH, PREPROCESS

WEIGHTS, CONFIG = "model.safetensors", "config.json"
"""timm's own names."""

CARD = "README.md"

ALL = {CARD, CONFIG, WEIGHTS, GRAPH, PREPROCESS}
