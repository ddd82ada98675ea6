"""The encoder with its heads, as it is trained; `model.heads` is the same in numpy, as it
serves.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from model import Behavior, Dimension, Need
from training.encoder_batches import Batch

LATENTS = len(Dimension) + 1
"""One latent score a dimension, and one for a poor rating."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """What the net says of a batch of B windows with S sentences."""

    latents: Tensor  # (B, 4)
    need: Tensor  # (B, 3), logits
    behaviors: Tensor  # (S, 23), logits


class Heads(nn.Module):
    """A head for each thing that a rater judges, on the token vectors of reply and message.

    Each latent reads the reply through its own attention, so that one rude sentence among ten
    polite ones can weigh more than the mean of all.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.queries = nn.Parameter(torch.zeros(LATENTS, width))
        self.latent_weights = nn.Parameter(torch.zeros(LATENTS, 3 * width))
        self.latent_bias = nn.Parameter(torch.zeros(LATENTS))
        self.behavior_weights = nn.Parameter(torch.zeros(len(Behavior), width))
        self.behavior_bias = nn.Parameter(torch.full((len(Behavior),), -2.0))
        self.need_weights = nn.Parameter(torch.zeros(len(Need), width))
        self.need_bias = nn.Parameter(torch.zeros(len(Need)))
        self.first_threshold = nn.Parameter(torch.full((len(Dimension),), -3.0))
        self.steps = nn.Parameter(torch.full((len(Dimension), 3), 0.7))
        self.dropout = nn.Dropout(0.1)

    @property
    def thresholds(self) -> Tensor:
        """(3, 4), ascending."""
        rises = torch.cat([torch.zeros_like(self.steps[:, :1]), self.steps.exp().cumsum(1)], dim=1)
        return self.first_threshold[:, None] + rises

    def forward(self, hidden: Tensor, batch: Batch) -> Output:
        """Read a batch whose token vectors are `hidden`, (B, L, width)."""
        means = _sentence_means(hidden, batch)  # (S, width)
        reply, message = _mean(hidden, batch.reply_mask), _mean(hidden, batch.message_mask)
        attention = hidden @ self.queries.T  # (B, L, 4)
        attention = attention.masked_fill(batch.reply_mask[:, :, None] == 0, -1e9).softmax(1)
        read = attention.transpose(1, 2) @ hidden  # (B, 4, width)
        both = torch.cat([reply, message], dim=1)[:, None].expand(-1, LATENTS, -1)
        features = self.dropout(torch.cat([read, both], dim=2))
        latents = (features * self.latent_weights).sum(2) + self.latent_bias
        behaviors = self.dropout(means) @ self.behavior_weights.T + self.behavior_bias
        need = self.dropout(message) @ self.need_weights.T + self.need_bias
        return Output(latents=latents, need=need, behaviors=behaviors)

    def distributions(self, latents: Tensor) -> Tensor:
        """(B, 3, 5): rating probabilities by dimension; see `model.ordinal`."""
        above = torch.sigmoid(latents[:, : len(Dimension), None] - self.thresholds)
        padded = nn.functional.pad(nn.functional.pad(above, (1, 0), value=1.0), (0, 1), value=0.0)
        return (padded[:, :, :-1] - padded[:, :, 1:]).clamp(min=1e-6)


class ScoringNet(nn.Module):
    """Customer message and reply in one pass of the encoder, and the heads."""

    def __init__(self, body: PreTrainedModel) -> None:
        super().__init__()
        self.body = body
        self.heads = Heads(body.config.hidden_size)

    def forward(self, batch: Batch) -> Output:
        """Read a batch."""
        hidden = self.body(
            input_ids=batch.ids, attention_mask=batch.mask, token_type_ids=batch.segments
        ).last_hidden_state
        return self.heads(hidden.float(), batch)  # type: ignore[no-any-return]


def _mean(hidden: Tensor, mask: Tensor) -> Tensor:
    weights = mask[:, :, None].float()
    return (hidden * weights).sum(1) / weights.sum(1).clamp(min=1e-6)


def _sentence_means(hidden: Tensor, batch: Batch) -> Tensor:
    flat, of = hidden.flatten(0, 1), batch.sentence_of.flatten()
    n = batch.sentences
    sums = torch.zeros(n + 1, flat.shape[1], device=flat.device).index_add(0, of, flat)
    sizes = torch.bincount(of, minlength=n + 1).clamp(min=1)
    return (sums / sizes[:, None])[1:]
