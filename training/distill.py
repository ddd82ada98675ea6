"""From an English sentence encoder to a Scandinavian one: the student reads the translation and
learns the sentence vector that the teacher has for the English original.

Multilingual distillation (Reimers and Gurevych 2020) in two phases: first the word embeddings
alone, since the body already reads sentences; then all weights, slowly, with long texts mixed
in, since short sentences make it forget them. A run that was stopped goes on where its last
checkpoint was written.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor, nn
from tqdm import tqdm
from transformers import BertModel

from training.encoder_folder import load_encoder, load_tokenizer, save_encoder
from training.parallel import Balanced, Pair
from training.recipe import DistillationPhase

_SAVE_EVERY = 200
_PADDING = 8


def pooled(encoder: nn.Module, ids: Sequence[Sequence[int]], device: str = "cpu") -> Tensor:
    """Mean of the token vectors of each text, (texts, width)."""
    tokens, mask = padded(ids, device)
    hidden = encoder(input_ids=tokens, attention_mask=mask).last_hidden_state
    weights = mask[:, :, None].to(hidden.dtype)
    mean: Tensor = (hidden * weights).sum(1).float() / weights.sum(1).float()
    return mean


def padded(ids: Sequence[Sequence[int]], device: str) -> tuple[Tensor, Tensor]:
    """Token ids and attention mask, (texts, longest)."""
    longest = max(map(len, ids))
    longest += -longest % _PADDING
    tokens = torch.zeros((len(ids), longest), dtype=torch.long)
    mask = torch.zeros((len(ids), longest), dtype=torch.long)
    for i, row in enumerate(ids):
        tokens[i, : len(row)] = torch.tensor(row)
        mask[i, : len(row)] = 1
    return tokens.to(device), mask.to(device)


def distill(
    student_folder: Path,
    teacher_folder: Path,
    pairs: Sequence[Pair],
    phases: Sequence[DistillationPhase],
    *,
    seed: int,
    device: str = "cpu",
    phase_done: Callable[[str, BertModel, Tokenizer], object] | None = None,
) -> None:
    """Train the encoder in `student_folder`, in place; resumes a run that was stopped."""
    teacher, known = load_encoder(teacher_folder).eval(), load_tokenizer(teacher_folder)
    student, joint = load_encoder(student_folder), load_tokenizer(student_folder)
    progress_file = student_folder / "distillation.pt"
    for encoder in (teacher, student):
        nn.Module.to(encoder, device)
    done = torch.load(progress_file, weights_only=True) if progress_file.exists() else {}
    if done:
        student.load_state_dict(done["student"])
    for number, phase in enumerate(phases):
        if done and number < done["phase"]:
            continue
        optimizer = _optimizer(student, phase)
        start = 0
        if done and number == done["phase"]:
            optimizer.load_state_dict(done["optimizer"])
            start = done["step"]
        batches = _batches(Balanced(pairs, phase.weights), phase, seed + number, start)
        bar = tqdm(
            batches, desc=f"distill {phase.name}", initial=start, total=phase.steps, unit="step"
        )
        for step, batch in enumerate(bar, start + 1):
            loss = _step(student, teacher, joint, known, batch, phase, device)
            for group in optimizer.param_groups:
                group["lr"] = group["peak"] * _schedule(step, phase.steps)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            bar.set_postfix(loss=f"{loss.item():.4f}", refresh=False)
            if step % _SAVE_EVERY == 0 or step == phase.steps:
                torch.save(
                    {
                        "student": student.state_dict(),
                        "optimizer": optimizer.state_dict(),
                        "phase": number,
                        "step": step,
                    },
                    progress_file.with_suffix(".tmp"),
                )
                progress_file.with_suffix(".tmp").replace(progress_file)
        save_encoder(student, joint, student_folder)
        if phase_done:
            phase_done(phase.name, student, joint)


def _batches(
    balanced: Balanced, phase: DistillationPhase, seed: int, start: int
) -> Iterator[list[tuple[str, str]]]:
    """(English, translation) texts; a share of them several pairs long."""
    for step in range(start, phase.steps):
        random = np.random.default_rng([seed, step])
        batch = []
        for pair in balanced.draw(phase.batch, random):
            more = random.integers(2, 7) if random.random() < phase.long_share else 0
            chain = [pair, *balanced.draw_like(pair, int(more), random)]
            batch.append((" ".join(p.english for p in chain), " ".join(p.text for p in chain)))
        yield sorted(batch, key=lambda texts: len(texts[1]))


def _step(
    student: BertModel,
    teacher: BertModel,
    joint: Tokenizer,
    known: Tokenizer,
    batch: Sequence[tuple[str, str]],
    phase: DistillationPhase,
    device: str,
) -> Tensor:
    english = [e.ids[: phase.longest] for e in known.encode_batch_fast([e for e, _ in batch])]
    texts = [t for _, t in batch] + [e for e, _ in batch[:: phase.english_every]]
    ids = [e.ids[: phase.longest] for e in joint.encode_batch_fast(texts)]
    n = len(batch)
    with torch.autocast(device, dtype=torch.bfloat16):
        with torch.no_grad():
            target = _by_length(teacher, english, device)
        found = torch.cat(
            [_by_length(student, ids[:n], device), _by_length(student, ids[n:], device)]
        )
    wanted = torch.cat([target, target[:: phase.english_every]])
    return (1 - nn.functional.cosine_similarity(found, wanted)).mean()


def _by_length(encoder: nn.Module, ids: Sequence[Sequence[int]], device: str) -> Tensor:
    """`pooled`, in four parts of similar length, so that little is padding."""
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    size = max(1, -(-len(order) // 4))
    parts = [order[i : i + size] for i in range(0, len(order), size)]
    found = torch.cat([pooled(encoder, [ids[i] for i in part], device) for part in parts])
    return found[torch.argsort(torch.tensor(order, device=device))]


def _optimizer(student: BertModel, phase: DistillationPhase) -> torch.optim.AdamW:
    words = student.embeddings.word_embeddings.weight
    body = [p for p in student.parameters() if p is not words]
    for parameter in body:
        parameter.requires_grad_(phase.body_rate > 0)
    groups = [{"params": [words], "peak": phase.embedding_rate}]
    if phase.body_rate > 0:
        groups.append({"params": body, "peak": phase.body_rate})
    student.eval()  # no dropout: the teacher's vector is exact
    return torch.optim.AdamW(groups, lr=0.0, weight_decay=0.0, fused=True)


def _schedule(step: int, steps: int) -> float:
    """Linear warm-up over 3 %, then linear decay."""
    warm = max(1, round(0.03 * steps))
    return min(step / warm, max(0.02, (steps - step) / max(1, steps - warm)))


def retrieval(
    encoder: BertModel, tokenizer: Tokenizer, pairs: Mapping[str, Sequence[Pair]]
) -> Mapping[str, float]:
    """Share of sentences whose translation is nearest among the pairs' (mean of both directions),
    by name of the pairs.
    """
    found = {}
    for name, part in pairs.items():
        a = vectors(encoder, tokenizer, [p.english for p in part])
        b = vectors(encoder, tokenizer, [p.text for p in part])
        similarity = a @ b.T
        right = np.arange(len(part))
        forth = (similarity.argmax(1) == right).mean()
        back = (similarity.argmax(0) == right).mean()
        found[name] = float(forth + back) / 2
    return found


def vectors(encoder: BertModel, tokenizer: Tokenizer, texts: Sequence[str]) -> NDArray[np.float32]:
    """Unit vectors of the texts, (texts, width)."""
    ids = [e.ids[:128] for e in tokenizer.encode_batch_fast(list(texts))]
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    result = np.zeros((len(ids), encoder.config.hidden_size), np.float32)
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
        for start in range(0, len(order), 64):
            part = order[start : start + 64]
            found = pooled(encoder, [ids[i] for i in part])
            result[part] = nn.functional.normalize(found).numpy()
    return result
