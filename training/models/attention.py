"""torch's fused attention, whose projections are bare weights, as one of two linear layers, and back."""

from torch import Tensor, nn
from torch.nn import functional


class SplitAttention(nn.Module):
    """What `nn.MultiheadAttention` of one batch-first input computes, by layers that an adapter can be put beside.

    The weights are shared with the attention that it is made of, which must have no dropout.
    """

    def __init__(self, fused: nn.MultiheadAttention) -> None:
        super().__init__()
        width = fused.embed_dim
        self.heads = fused.num_heads
        self.qkv = nn.Linear(width, 3 * width, bias=fused.in_proj_bias is not None)
        self.qkv.weight = fused.in_proj_weight
        if fused.in_proj_bias is not None:
            self.qkv.bias = fused.in_proj_bias
        self.proj = nn.Linear(width, width, bias=fused.out_proj.bias is not None)
        self.proj.weight, self.proj.bias = fused.out_proj.weight, fused.out_proj.bias

    def forward(self, query: Tensor, *_same: Tensor, attn_mask: Tensor | None = None, **_: bool) -> tuple[Tensor, None]:
        """The attended tokens [b, n, d], and no weights; keys and values are taken to be the query's own."""
        count, tokens, width = query.shape
        split = self.qkv(query).view(count, tokens, 3, self.heads, width // self.heads)
        queries, keys, values = split.permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(queries, keys, values, attn_mask=attn_mask)
        return self.proj(mixed.transpose(1, 2).reshape(count, tokens, width)), None

    def fused(self) -> nn.MultiheadAttention:
        """The same as one attention of torch's."""
        biased = self.qkv.bias is not None
        attention = nn.MultiheadAttention(self.qkv.in_features, self.heads, bias=biased, batch_first=True)
        held = {"in_proj_": self.qkv, "out_proj.": self.proj}
        named = {prefix + name: value for prefix, layer in held.items() for name, value in layer.state_dict().items()}
        attention.load_state_dict(named, assign=True)
        return attention


def splittable(attention: nn.Module) -> bool:
    """Whether `SplitAttention` computes the same as an attention of torch's."""
    return (
        isinstance(attention, nn.MultiheadAttention)
        and attention.batch_first
        and attention.in_proj_weight is not None
        and attention.bias_k is None
        and not attention.add_zero_attn
        and attention.dropout == 0
    )
