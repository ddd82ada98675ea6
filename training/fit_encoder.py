"""Fine-tune the encoder and its heads on rated replies.

The loss is the cross-entropy with the raters' own distribution on every dimension, beside smaller
terms: need, behaviors by sentence, poor ratings, contrast sets in the panel's order, and what must
not change a score (a swapped name, a slip of the keyboard). The weights that are kept are a running
average over the steps (Polyak and Juditsky 1992).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from tqdm import tqdm

from model.alike import HIDDEN
from model.encoder_input import Reader
from training.augment import changed_copies
from training.encoder_batches import Example, batches, collate, without_message
from training.encoder_losses import change_loss, rating_loss
from training.encoder_net import Output, ScoringNet
from training.recipe import EncoderRecipe

_CHUNK = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What is fitted on, what stops it, and tagged sentences alone."""

    train: Sequence[Example]
    validation: Sequence[Example]
    fragments: Sequence[Example]


def fine_tune(
    net: ScoringNet,
    reader: Reader,
    material: Material,
    recipe: EncoderRecipe,
    checkpoint: Path,
    *,
    device: str = "cpu",
    epoch_done: Callable[[int, ScoringNet], object] | None = None,
) -> ScoringNet:
    """Train `net`; returns its running average at the epoch with the least validation loss.

    `checkpoint` is written after each epoch; a run that finds one goes on from there.
    """
    net = net.to(device)
    optimizer = _optimizer(net, recipe)
    averaged = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(recipe.averaging))
    done = torch.load(checkpoint, weights_only=True) if checkpoint.exists() else None
    if done:
        net.load_state_dict(done["net"])
        averaged.load_state_dict(done["averaged"])
        optimizer.load_state_dict(done["optimizer"])
    losses: list[float] = done["losses"] if done else []
    best = done["best"] if done else None
    sampled = int(recipe.fragment_share * len(material.fragments))
    per_epoch = -(-(len(material.train) + sampled) // recipe.batch)
    steps = per_epoch * recipe.epochs
    step = per_epoch * len(losses)
    with tqdm(total=steps, initial=step, desc="fine-tune", unit="step") as bar:
        for epoch in range(len(losses), recipe.epochs):
            random = np.random.default_rng([recipe.seed, epoch])
            torch.manual_seed(recipe.seed + epoch)
            net.train()
            for batch in _batches(material, recipe, random):
                rate = min(1.0, step / (0.06 * steps)) * max(0.02, 1 - step / steps)
                for group in optimizer.param_groups:
                    group["lr"] = group["peak"] * rate
                loss = _loss(net, reader, batch, recipe, random, device)
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(net.parameters(), 1.0)
                optimizer.step()
                averaged.update_parameters(net)
                step += 1
                bar.update()
                bar.set_postfix(loss=f"{loss.item():.3f}", refresh=False)
            losses.append(_validation_loss(_plain(averaged), material.validation, device))
            if losses[-1] == min(losses):
                best = {k: v.clone() for k, v in averaged.module.state_dict().items()}
            _save(checkpoint, net, averaged, optimizer, losses, best)
            if epoch_done:
                epoch_done(epoch, _plain(averaged))
            if len(losses) - 1 - int(np.argmin(losses)) >= recipe.patience:
                break
    result = _plain(averaged)
    result.load_state_dict(best or result.state_dict())
    return result.eval()


def _plain(averaged: AveragedModel) -> ScoringNet:
    """The averaged net itself."""
    net = averaged.module
    assert isinstance(net, ScoringNet)  # noqa: S101 - for the type checker
    return net


def _save(
    path: Path,
    net: ScoringNet,
    averaged: AveragedModel,
    optimizer: torch.optim.Optimizer,
    losses: list[float],
    best: Mapping[str, Tensor] | None,
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(
        {
            "net": net.state_dict(),
            "averaged": averaged.state_dict(),
            "optimizer": optimizer.state_dict(),
            "losses": losses,
            "best": best,
        },
        path.with_suffix(".tmp"),
    )
    path.with_suffix(".tmp").replace(path)


def _validation_loss(net: ScoringNet, examples: Sequence[Example], device: str) -> float:
    """Cross-entropy with the raters' shares, summed over the dimensions; 0 without examples."""
    if not examples:
        return 0.0
    distributions, _ = predict(net.eval(), examples, device)
    ratings = torch.tensor(np.stack([e.ratings for e in examples]), device=device)
    return float(-(ratings * distributions.log()).sum((1, 2)).mean())


def predict(
    net: ScoringNet, examples: Sequence[Example], device: str = "cpu"
) -> tuple[Tensor, Output]:
    """Distributions (replies, 3, 5) and raw outputs of each example's window."""
    with torch.inference_mode():
        outputs = _forward(net, examples, device)
        return net.heads.distributions(outputs.latents), outputs


def _batches(
    material: Material, recipe: EncoderRecipe, random: np.random.Generator
) -> Iterator[list[Example]]:
    """An epoch in batches; contrast sets stay together, a share of the fragments is drawn anew."""
    size = int(recipe.fragment_share * len(material.fragments))
    alone = [material.fragments[i] for i in random.permutation(len(material.fragments))[:size]]
    items = [*material.train, *alone]
    yield from batches(items, lambda item: item.contrast_set, recipe.batch, random)


def _loss(
    net: ScoringNet,
    reader: Reader,
    batch: Sequence[Example],
    recipe: EncoderRecipe,
    random: np.random.Generator,
    device: str,
) -> Tensor:
    silent = random.random(len(batch)) < recipe.without_message
    seen = [
        without_message(item, reader) if hide and item.reply.message is not None else item
        for item, hide in zip(batch, silent, strict=True)
    ]
    changed = changed_copies(seen, reader, recipe.copies, random)
    items = [*seen, *changed.examples]
    outputs = _forward(
        net, items, device, lambda ids: _some_hidden(ids, recipe.hidden_words, reader.tokenizer)
    )
    weights = recipe.loss_weights
    return rating_loss(net.heads, outputs, seen, weights) + weights["consistency"] * change_loss(
        net.heads, outputs.latents, changed
    )


def _forward(
    net: ScoringNet,
    items: Sequence[Example],
    device: str,
    hide: Callable[[Tensor], Tensor] = lambda ids: ids,
) -> Output:
    """The net's outputs in the order of `items`, read in chunks of similar length; `hide` changes
    token ids before they are read.
    """
    order = sorted(range(len(items)), key=lambda i: len(items[i].window.ids))
    found = []
    with torch.autocast(device, dtype=torch.bfloat16):
        for start in range(0, len(order), _CHUNK):
            part = collate([items[i].window for i in order[start : start + _CHUNK]], device)
            found.append(net(replace(part, ids=hide(part.ids))))
    back = torch.argsort(torch.tensor(order))
    sizes = [len(items[i].window.sentences) for i in order]

    def by_item(sentences: Tensor) -> Tensor:
        pieces = sentences.split(sizes)
        return torch.cat([pieces[i] for i in back.tolist()])

    return Output(
        latents=torch.cat([o.latents for o in found])[back],
        need=torch.cat([o.need for o in found])[back],
        behaviors=by_item(torch.cat([o.behaviors for o in found])),
    )


def _some_hidden(ids: Tensor, share: float, tokenizer: Tokenizer) -> Tensor:
    """A share of the words masked: cheaper than dropout in every layer, and it keeps a score from
    hanging on one word.
    """
    marks = torch.tensor(sorted(tokenizer.get_added_tokens_decoder()), device=ids.device)
    chosen = (torch.rand(ids.shape, device=ids.device) < share) & ~torch.isin(ids, marks)
    return torch.where(chosen, int(tokenizer.get_vocab()[HIDDEN]), ids)


def _optimizer(net: ScoringNet, recipe: EncoderRecipe) -> torch.optim.AdamW:
    words = net.body.get_input_embeddings().weight
    body = [p for p in net.body.parameters() if p is not words]
    words.requires_grad_(recipe.embedding_rate > 0)
    groups = [
        {"params": body, "peak": recipe.body_rate, "weight_decay": 0.01},
        {"params": list(net.heads.parameters()), "peak": recipe.head_rate, "weight_decay": 0.0},
    ]
    if recipe.embedding_rate > 0:
        groups.append({"params": [words], "peak": recipe.embedding_rate, "weight_decay": 0.0})
    return torch.optim.AdamW(groups, lr=0.0, fused=True)
