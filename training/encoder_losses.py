"""What the encoder and its heads are fitted to: the loss and its terms."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from model.rubric import RATINGS
from training.augment import Changed
from training.encoder_batches import Example
from training.encoder_net import Heads, Output

_PAIR_DIFFERENCE = 0.5


def rating_loss(
    heads: Heads, outputs: Output, items: Sequence[Example], weights: Mapping[str, float]
) -> Tensor:
    """Cross-entropy with the raters' shares on every dimension, and smaller terms: the mean rating,
    need, poor ratings, behaviors by sentence, contrast sets in the panel's order.

    `outputs` may hold more windows than `items`, after theirs.
    """
    n, device = len(items), outputs.latents.device
    distributions = heads.distributions(outputs.latents[:n])
    weight = torch.tensor([item.weight for item in items], device=device)
    ratings, need, means = (
        torch.tensor(np.stack([getattr(item, name) for item in items]), device=device)
        for name in ("ratings", "need", "mean")
    )
    poor = torch.tensor([item.poor for item in items], dtype=torch.float32, device=device)
    entropy = -(ratings * distributions.log()).sum(2)
    distance = (expected(distributions) - means).square()
    each = (entropy + weights["mean"] * distance).sum(1)
    each = each - weights["need"] * (need * outputs.need[:n].log_softmax(1)).sum(1)
    each = each + weights["poor"] * nn.functional.binary_cross_entropy_with_logits(
        outputs.latents[:n, 3], poor, reduction="none"
    )
    return (
        (each * weight).mean()
        + weights["behaviors"] * _behavior_loss(outputs.behaviors, items)
        + weights["contrast"] * _contrast_loss(outputs.latents[:n], items, means)
    )


def expected(distributions: Tensor) -> Tensor:
    """Mean rating of (…, 5)."""
    return distributions @ torch.tensor(RATINGS, dtype=torch.float32, device=distributions.device)


def change_loss(heads: Heads, latents: Tensor, changed: Changed) -> Tensor:
    """Squared change of the expected ratings by what must not matter.

    The last rows of `latents` are those of the changed copies.
    """
    n = len(latents) - len(changed.of)
    if not changed.of:
        return torch.zeros((), device=latents.device)
    values = expected(heads.distributions(latents))
    shift = values[n:] - values[list(changed.of)]
    return shift.square().sum() / n


def _behavior_loss(behaviors: Tensor, items: Sequence[Example]) -> Tensor:
    rows: list[int] = []
    targets = []
    start = 0
    for item in items:
        size = len(item.window.sentences)
        if item.behaviors is not None:
            rows += range(start, start + size)
            targets.append(item.behaviors)
        start += size
    if not rows:
        return torch.zeros((), device=behaviors.device)
    wanted = torch.tensor(np.concatenate(targets), device=behaviors.device)
    loss = nn.functional.binary_cross_entropy_with_logits(behaviors[rows], wanted, reduction="sum")
    return loss / len(rows)


def _contrast_loss(latents: Tensor, items: Sequence[Example], means: Tensor) -> Tensor:
    """Logistic ranking loss (Burges et al. 2005) on the pairs of a contrast set."""
    families: dict[str, list[int]] = {}
    for i, item in enumerate(items):
        if item.contrast_set:
            families.setdefault(item.contrast_set, []).append(i)
    pairs = [(i, j) for rows in families.values() for i in rows for j in rows if i < j]
    if not pairs:
        return torch.zeros((), device=latents.device)
    a, b = (torch.tensor(side, device=latents.device) for side in zip(*pairs, strict=True))
    wanted = means[a] - means[b]
    difference = (latents[a] - latents[b])[:, :3] * wanted.sign()
    counts = wanted.abs() >= _PAIR_DIFFERENCE
    loss: Tensor = nn.functional.softplus(1 - difference) * counts
    return loss.sum() / counts.sum().clamp(min=1)
