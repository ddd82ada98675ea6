import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from model import Channel, Dimension, Need, Reply, Scorer, load_scorer
from model.artifact import verify_artifact
from model.encoder import Encoder, EncoderModel
from tests.builders import make_rating, make_reply
from tests.training.tiny import make_encoder_for, make_reader
from training.corpus import BehaviorSpan, RatedReply, prepared
from training.encoder_artifact import artifact_heads, head_weights, torch_heads
from training.encoder_batches import collate, example, sentence_behaviors
from training.encoder_folder import (
    from_hub,
    load_encoder,
    load_tokenizer,
    save_encoder,
    start_from,
)
from training.encoder_net import ScoringNet
from training.errors import EncoderError
from training.export import from_onnx, to_onnx
from training.fit import fit_encoder_artifact, fit_heads_artifact, mean_artifact
from training.fit_encoder import Material, fine_tune, predict
from training.recipe import RECIPES, EncoderRecipe, HeadsRecipe, read_recipe

RECIPE = replace(
    read_recipe(RECIPES / "encoder.toml", EncoderRecipe),
    epochs=4,
    body_rate=1e-3,
    head_rate=2e-2,
    embedding_rate=1e-3,
    averaging=0.8,
)
HEADS = replace(read_recipe(RECIPES / "heads.toml", HeadsRecipe), least_group=5)


def rated_replies(n: int) -> list[RatedReply]:
    """Warm replies that are rated high, and rude ones that are rated low."""
    found = []
    for i in range(n):
        is_warm = i % 2 == 0
        text = f"Hej! Tack för ditt tålamod. Du får svar {i} i dag." if is_warm else f"Läs {i}."
        high, low = make_rating("r1", (4, 5, 4)), make_rating("r2", (2, 1, 2))
        rating = high if is_warm else low
        spans = (BehaviorSpan(start=0, end=4, tag="greeting"),) if is_warm else ()
        found.append(
            replace(
                make_reply(id=f"sv-{i}", reply=text, batch=f"b{i}", ratings=(rating,)),
                behaviors=spans,
                contrast_set=f"set-{i // 2}" if i < 20 else None,
            )
        )
    return found


@pytest.fixture(scope="module")
def replies() -> list[RatedReply]:
    return rated_replies(120)


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory, replies: list[RatedReply]) -> Path:
    return make_encoder_for(tmp_path_factory.mktemp("start"), replies)


@pytest.fixture(scope="module")
def artifact(
    tmp_path_factory: pytest.TempPathFactory, start: Path, replies: list[RatedReply]
) -> Path:
    folder = tmp_path_factory.mktemp("fitted") / "candidate"
    fit_encoder_artifact(replies, start, RECIPE, HEADS, folder)
    return folder


def values(scorer: Scorer, texts: Sequence[str]) -> list[float]:
    found = scorer.score([Reply(text=t, language="sv", channel=Channel.CHAT) for t in texts])
    return [a.scores[Dimension.POLITENESS].value for a in found]


def test_a_fitted_scorer_ranks_warm_above_rude(artifact: Path) -> None:
    warm, rude = values(load_scorer(artifact), ["Hej! Tack för ditt tålamod.", "Läs 7."])

    assert warm > rude + 1


def test_the_manifest_says_what_it_was_fitted_on(artifact: Path, replies: list[RatedReply]) -> None:
    manifest = verify_artifact(artifact)

    assert manifest.kind == "encoder"
    assert sum(manifest.trained_on["replies"].values()) == len(replies)  # type: ignore[attr-defined]
    assert "onnxruntime" in manifest.libraries


def test_it_finds_behaviors_by_sentence_in_the_text_as_sent(artifact: Path) -> None:
    text = "Hej!\r\nTack för ditt tålamod."

    sentences = load_scorer(artifact).score([Reply(text=text, language="sv")])[0].sentences

    assert [text[s.start : s.end] for s in sentences] == ["Hej!", "Tack för ditt tålamod."]
    assert all(len(s.behaviors) == 23 for s in sentences)


def test_company_does_not_change_a_score(artifact: Path) -> None:
    scorer = load_scorer(artifact)
    texts = ["Hej!", "Läs 3. " * 40, "Tack för ditt tålamod. Du får svar i dag."]

    assert values(scorer, texts) == [values(scorer, [t])[0] for t in texts]


def test_torch_and_the_serving_form_agree(start: Path, replies: list[RatedReply]) -> None:
    net, reader = ScoringNet(load_encoder(start)).eval(), make_reader(load_tokenizer(start))
    torch.nn.init.normal_(net.heads.latent_weights, std=0.1)
    torch.nn.init.normal_(net.heads.queries, std=0.1)
    torch.nn.init.normal_(net.heads.need_weights, std=0.1)
    reply = prepared(replies[0])

    with torch.inference_mode():
        expected = net(collate([example(replies[0], reader).window]))
    encoder = Encoder(to_onnx(net.body, is_int8=False), reader)
    found = EncoderModel(encoder, head_weights(net.heads)).predict([reply])

    assert found.latents[0] == pytest.approx(expected.latents[0].numpy(), abs=1e-4)
    assert found.need[0] == pytest.approx(expected.need[0].softmax(0).numpy(), abs=1e-4)
    assert found.distributions[0] == pytest.approx(
        net.heads.distributions(expected.latents)[0].detach().numpy(), abs=1e-4
    )


def test_fine_tuning_can_start_from_what_ships(start: Path) -> None:
    body = load_encoder(start)

    found = from_onnx(to_onnx(body)).state_dict()

    for name, weight in body.state_dict().items():
        assert (found[name] - weight).abs().max() <= 0.02 * weight.abs().max() + 1e-6, name


def test_an_onnx_file_of_another_origin_is_refused(start: Path) -> None:
    import onnx

    stranger = onnx.load_from_string(to_onnx(load_encoder(start), is_int8=False))
    del stranger.metadata_props[:]

    with pytest.raises(EncoderError, match="holds no weights to start from"):
        from_onnx(stranger.SerializeToString())


def test_another_kind_of_encoder_gets_the_tokens_and_segments_it_lacks(
    replies: list[RatedReply], tmp_path: Path
) -> None:
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import BertPreTokenizer
    from transformers import XLMRobertaConfig, XLMRobertaModel

    words = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", "Hej", "!", "Tack", "Läs", "."]
    tokenizer = Tokenizer(WordLevel({w: i for i, w in enumerate(words)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = BertPreTokenizer()
    config = XLMRobertaConfig(
        vocab_size=len(words), hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=64, max_position_embeddings=520, type_vocab_size=1,
    )  # fmt: skip
    body = XLMRobertaModel(config, add_pooling_layer=False)
    save_encoder(body, tokenizer, tmp_path / "roberta")

    found, marked = start_from(tmp_path / "roberta")
    fit_encoder_artifact(replies, tmp_path / "roberta", RECIPE, HEADS, tmp_path / "fitted")

    table = found.get_input_embeddings().state_dict()["weight"]
    assert torch.equal(table[marked.token_to_id("[CLS]")], table[marked.token_to_id("<s>")])
    assert found.config.type_vocab_size == 2
    warm, rude = values(load_scorer(tmp_path / "fitted"), ["Hej! Tack.", "Läs 7."])
    assert warm > rude


def test_a_name_that_is_no_encoder_here_says_what_to_do() -> None:
    with pytest.raises(EncoderError, match=r"no folder here.*name their folder"):
        from_hub("no such/name at all")


def test_heads_survive_the_way_to_an_artifact_and_back(artifact: Path) -> None:
    weights = artifact_heads(artifact)

    again = head_weights(torch_heads(weights))

    assert again.link_thresholds == pytest.approx(weights.link_thresholds, abs=1e-5)
    assert again.latent_weights == pytest.approx(weights.latent_weights, abs=1e-6)


def test_heads_alone_can_be_fitted(
    artifact: Path, replies: list[RatedReply], tmp_path: Path
) -> None:
    opposite = [
        replace(r, ratings=(make_rating("r1", (2, 1, 2) if i % 2 == 0 else (4, 5, 4)),))
        for i, r in enumerate(replies)
    ]

    fit_heads_artifact(opposite, artifact, HEADS, tmp_path / "heads")

    warm, rude = values(load_scorer(tmp_path / "heads"), ["Hej! Tack för ditt tålamod.", "Läs 7."])
    assert rude > warm + 0.5
    encoders = [(folder / "encoder.onnx").read_bytes() for folder in (artifact, tmp_path / "heads")]
    assert encoders[0] == encoders[1]


def test_the_mean_of_two_runs_lies_between_them(
    artifact: Path, replies: list[RatedReply], tmp_path: Path
) -> None:
    other = tmp_path / "other"
    fit_heads_artifact(replies, artifact, replace(HEADS, epochs=1), other)

    mean_artifact(replies, [artifact, other, other], HEADS, tmp_path / "mean")

    one, two, mean = (artifact_heads(f) for f in (artifact, other, tmp_path / "mean"))
    assert not np.allclose(one.queries, two.queries, atol=1e-3)
    assert mean.queries == pytest.approx((one.queries + 2 * two.queries) / 3, abs=1e-6)


def test_encoders_of_two_vocabularies_have_no_mean(
    artifact: Path, replies: list[RatedReply], tmp_path: Path
) -> None:
    few = replies[:1]
    words = make_encoder_for(tmp_path / "words", few)
    fit_heads_artifact(replies, words, replace(HEADS, epochs=1), tmp_path / "other")

    with pytest.raises(EncoderError, match="another vocabulary"):
        mean_artifact(replies, [artifact, tmp_path / "other"], HEADS, tmp_path / "mean")


def test_heads_can_be_fitted_on_an_encoder_that_was_never_tuned(
    start: Path, replies: list[RatedReply], tmp_path: Path
) -> None:
    fit_heads_artifact(replies, start, HEADS, tmp_path / "heads")

    warm, rude = values(load_scorer(tmp_path / "heads"), ["Hej! Tack för ditt tålamod.", "Läs 7."])
    assert warm > rude
    with pytest.raises(EncoderError, match="has no heads to go on from"):
        fit_heads_artifact(replies, start, HEADS, tmp_path / "more", goes_on=True)


def test_a_stopped_run_goes_on_to_the_same_weights(
    start: Path, replies: list[RatedReply], tmp_path: Path
) -> None:
    reader = make_reader(load_tokenizer(start))
    examples = [example(r, reader) for r in replies[:40]]
    material = Material(train=examples[:30], validation=examples[30:], fragments=[])
    recipe = replace(RECIPE, epochs=3, patience=3)

    def fresh() -> ScoringNet:
        return ScoringNet(load_encoder(start))

    whole = fine_tune(fresh(), reader, material, recipe, tmp_path / "whole.pt")
    with pytest.raises(KeyboardInterrupt):
        fine_tune(fresh(), reader, material, recipe, tmp_path / "stopped.pt", epoch_done=_interrupt)
    stopped = fine_tune(fresh(), reader, material, recipe, tmp_path / "stopped.pt")

    a, b = (predict(net, examples)[1].latents for net in (whole, stopped))
    assert torch.allclose(a, b, atol=1e-3)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_weight_makes_a_reply_count_more(
    artifact: Path, replies: list[RatedReply], tmp_path: Path
) -> None:
    lone = replace(
        replies[0], id="own-1", reply="Läs 7.", behaviors=None, contrast_set=None,
        ratings=(make_rating("r1", (5, 5, 5)),), origin={"batch": "own"},
    )  # fmt: skip
    own = [replace(lone, id=f"own-{i}", origin={"batch": f"own-{i}"}) for i in range(8)]

    for name, weight in (("light", 0.01), ("heavy", 50.0)):
        weights = {r.id: weight for r in own}
        fit_heads_artifact([*replies, *own], artifact, HEADS, tmp_path / name, weights=weights)

    light, heavy = (
        values(load_scorer(tmp_path / name), ["Läs 7."])[0] for name in ("light", "heavy")
    )
    assert heavy > light + 0.5


def test_a_tag_belongs_to_the_sentence_it_covers(start: Path) -> None:
    reply = replace(
        make_reply(reply="Hej! Du får svar i dag."),
        behaviors=(
            BehaviorSpan(start=0, end=4, tag="greeting"),
            BehaviorSpan(start=5, end=23, tag="time_frame", readers=("a",)),
        ),
    )
    item = example(reply, make_reader(load_tokenizer(start)))

    found = sentence_behaviors(reply, item.window)

    assert found.shape == (2, 23)
    assert found.sum() == 1  # a tag that one of several readers found alone does not count
    assert found[0, 0] == 1


def test_raters_who_disagree_are_a_distribution(start: Path) -> None:
    reply = make_reply(ratings=(make_rating("r1", (1, 3, 3)), make_rating("r2", (4, 3, 3))))

    item = example(reply, make_reader(load_tokenizer(start)))

    assert item.ratings[0].tolist() == [0.5, 0, 0, 0.5, 0]
    assert item.need.tolist() == [float(n is Need.SOME) for n in Need]
    assert np.allclose(item.mean, [2.5, 3, 3])


def test_gibberish_is_out_of_distribution_and_uncertain(
    artifact: Path, replies: list[RatedReply]
) -> None:
    usual, odd = load_scorer(artifact).score(
        [
            replies[0].to_reply(),
            replace(replies[0].to_reply(), text="}{ == 0; ][ && 0xff :: <<0>> %% || ~~" * 5),
        ]
    )

    assert not usual.is_out_of_distribution
    assert odd.is_out_of_distribution
    assert {s.status.value for s in odd.scores.values()} == {"uncertain"}


def test_the_intervals_are_those_of_the_calibration_split(artifact: Path) -> None:
    intervals = json.loads((artifact / "intervals.json").read_text("utf-8"))

    assert set(intervals["quantiles"]) == {"sv", "nb", "nn", "da", "en", "without_message"}
