import pytest

from model import Dimension, Reply
from model.evidence import sentence_effects
from tests.builders import make_assessment, make_sentence
from tests.fakes import WordScorer


def test_each_sentence_has_the_effect_of_leaving_it_out() -> None:
    scorer = WordScorer({"Tack": 1.0, "Läs": -1.5})
    reply = Reply(text="Tack! Läs villkoren. Klart.", language="sv")
    sentences = (make_sentence(0, 5), make_sentence(6, 20), make_sentence(21, 27))
    assessment = make_assessment(value=2.5, sentences=sentences)

    effects = sentence_effects(scorer, reply, assessment)

    assert [(e.start, e.end) for e in effects] == [(0, 5), (6, 20), (21, 27)]
    found = [e.effects[Dimension.CLARITY] for e in effects]
    assert found == pytest.approx([1.0, -1.5, 0.0])


def test_the_language_that_was_found_is_kept() -> None:
    scorer = WordScorer({})
    assessment = make_assessment(
        "nn", value=3.0, sentences=(make_sentence(0, 3), make_sentence(4, 7))
    )

    sentence_effects(scorer, Reply(text="Ja. No."), assessment)

    assert {r.language for r in scorer.asked} == {"nn"}


def test_a_single_sentence_has_no_effect_beside_the_score_itself() -> None:
    assessment = make_assessment(sentences=(make_sentence(0, 3),))

    assert sentence_effects(WordScorer({}), Reply(text="Ja."), assessment) == []


def test_a_very_long_reply_is_not_read_again_for_every_sentence() -> None:
    text = "Ja då. " * 2_800
    sentences = tuple(make_sentence(i, i + 6) for i in range(0, len(text), 7))
    scorer = WordScorer({})

    sentence_effects(
        scorer, Reply(text=text, language="sv"), make_assessment(value=3.0, sentences=sentences)
    )

    assert 1 <= len(scorer.asked) <= 4
