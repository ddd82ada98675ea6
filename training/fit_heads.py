"""Fit the heads on token vectors of a finished encoder: minutes, and the encoder stays as it is.

The replies are read once by the serving form of the encoder (ONNX, int8), so the heads learn
what they will be given. The losses are those of `fit_encoder`; a reply has the same changed copy,
or none, in all epochs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from tqdm import tqdm

from model.encoder import Encoder
from training.augment import Changed
from training.encoder_batches import Batch, Example, batches, collate
from training.encoder_losses import change_loss, rating_loss
from training.encoder_net import Heads, Output
from training.recipe import HeadsRecipe

_BATCH = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """An example and its window's token vectors, (tokens, width), half precision; and a changed
    copy, if it has one.
    """

    example: Example
    hidden: NDArray[np.float16]
    copy: "Read | None" = None


def read_all(encoder: Encoder, examples: Sequence[Example], changed: Changed) -> list[Read]:
    """Every example, and the changed copies, with their token vectors."""

    def read(example: Example) -> Read:
        bar.update()
        return Read(example=example, hidden=encoder.hidden(example.window).astype(np.float16))

    total = len(examples) + len(changed.of)
    with tqdm(total=total, desc="read training replies", unit="reply") as bar:
        found = [read(example) for example in examples]
        for copy, i in zip(changed.examples, changed.of, strict=True):
            found[i] = replace(found[i], copy=read(copy))
    return found


def fit_heads(replies: Sequence[Read], recipe: HeadsRecipe, start: Heads | None = None) -> Heads:
    """Fit on `replies`, from zero or from the heads in `start`."""
    torch.manual_seed(recipe.seed)
    random = np.random.default_rng(recipe.seed)
    width = replies[0].hidden.shape[1]
    heads = Heads(width)
    if start is not None:
        heads.load_state_dict(start.state_dict())
    optimizer = torch.optim.AdamW(heads.parameters(), lr=0.0, weight_decay=recipe.weight_decay)
    steps = recipe.epochs * -(-len(replies) // _BATCH)
    step = 0
    heads.train()
    with tqdm(total=steps, desc="fit heads", unit="step") as bar:
        for _ in range(recipe.epochs):
            for part in batches(replies, lambda r: r.example.contrast_set, _BATCH, random):
                loss = _loss(heads, part, recipe.loss_weights)
                for group in optimizer.param_groups:
                    group["lr"] = recipe.rate * min(1.0, 20 * step / steps) * (1 - step / steps)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                step += 1
                bar.update()
    return heads.eval()


def _loss(heads: Heads, part: Sequence[Read], weights: Mapping[str, float]) -> Tensor:
    items = [r.example for r in part]
    copies = [(i, r.copy) for i, r in enumerate(part) if r.copy]
    changed = Changed(
        examples=[copy.example for _, copy in copies],
        of=[i for i, _ in copies],
    )
    outputs = _forward(heads, [*part, *(copy for _, copy in copies)])
    return rating_loss(heads, outputs, items, weights) + weights["consistency"] * change_loss(
        heads, outputs.latents, changed
    )


def _forward(heads: Heads, part: Sequence[Read]) -> Output:
    batch: Batch = collate([r.example.window for r in part])
    hidden: Tensor = torch.zeros((*batch.ids.shape, part[0].hidden.shape[1]))
    for i, item in enumerate(part):
        hidden[i, : len(item.hidden)] = torch.from_numpy(item.hidden).float()
    output: Output = heads(hidden, batch)
    return output
