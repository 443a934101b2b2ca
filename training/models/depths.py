"""How deep a backbone's parameters lie, by timm's own grouping of its models into a stem and blocks."""

from typing import Any

from torch import nn

from storage.errors import BadInput

OPEN_CLIP = {
    "stem": r"^(?:conv\d|bn\d|class_embedding|positional_embedding|ln_pre)",
    "blocks": [(r"^transformer\.resblocks\.(\d+)", None), (r"^layer(\d+)\.(\d+)", None)],
}
"""As timm writes it, for open_clip's own picture towers: transformers and residual networks."""

HEAD = "head"
"""A name that no pattern matches: so timm counts the head with what follows the last block."""


def _matcher(backbone: nn.Module) -> Any:
    """The patterns of a backbone's names, as timm has them; raises BadInput where there are none."""
    if callable(of_timm := getattr(backbone, "group_matcher", None)):
        return of_timm(coarse=False)
    if type(backbone).__module__.startswith("open_clip."):
        return OPEN_CLIP
    raise BadInput(
        f"train.layer_decay: nobody says which blocks {type(backbone).__name__} consists of",
        "set train.layer_decay to 1, or train.encoder to a model of which timm knows it, such as its transformers",
    )


def below_head(backbone: nn.Module) -> dict[str, int]:
    """How many blocks below the head each parameter lies: 1 in the last block, most in the stem.

    What timm counts to no block, such as a last projection, learns as the head does, at 0.
    """
    from timm.models._manipulate import group_with_matcher

    trunk = getattr(backbone, "trunk", None)
    inner, prefix = (trunk, "trunk.") if isinstance(trunk, nn.Module) else (backbone, "")
    named = [*inner.named_parameters(), (HEAD, None)]
    groups: dict[str, int] = group_with_matcher(iter(named), _matcher(inner), reverse=True)
    top = groups.pop(HEAD)
    return {prefix + name: top - group for name, group in groups.items()}
