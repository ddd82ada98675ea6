import tomllib
from collections.abc import Sequence
from dataclasses import replace
from importlib.resources import files

import pytest

from model import LANGUAGES, Assessment, DetectedLanguage, Reply
from model.advice import LEAST_GAIN, MOST, Level, advise, wording
from model.rules import RULES
from tests.builders import make_assessment, make_sentence
from tests.fakes import WordScorer

BLAME = "Du har skrivit fel. Vi skickar en ny i dag."
REPLY = Reply(text=BLAME, customer_message="Var är mitt paket?", language="sv")


def blamed(value: float = 2.0) -> Assessment:
    sentences = (make_sentence(0, 19, blames_customer=0.9), make_sentence(20, 43, solution=0.9))
    return make_assessment(value=value, sentences=sentences)


def test_advice_names_the_rule_the_place_and_what_it_is_worth() -> None:
    scorer = WordScorer({"skrivit fel": -1.0})

    (advice,) = advise(scorer, REPLY, blamed(), off=others("drop-the-blame"))

    assert advice.rule == "drop-the-blame"
    assert BLAME[advice.start : advice.end] == "Du har skrivit fel."
    assert advice.gain == pytest.approx(1.0)


def test_no_advice_is_given_that_would_not_raise_the_score() -> None:
    assert advise(WordScorer({}), REPLY, blamed(3.0)) == []


def test_an_advice_that_costs_another_score_as_much_is_not_given() -> None:
    class Trading(WordScorer):
        def score(self, replies: Sequence[Reply]) -> list[Assessment]:
            up, down = make_assessment(value=2.5), make_assessment(value=1.0)
            scores = {**up.scores, **{d: down.scores[d] for d in list(down.scores)[2:]}}
            return [replace(up, scores=scores) for _ in replies]

    assert advise(Trading({}), REPLY, blamed()) == []


def test_a_rule_that_is_switched_off_is_silent() -> None:
    scorer = WordScorer({"skrivit fel": -1.0})

    assert "drop-the-blame" not in {
        a.rule for a in advise(scorer, REPLY, blamed(), off={"drop-the-blame"})
    }


def test_the_most_valuable_advice_comes_first_and_few_at_a_time() -> None:
    text = "Läs! Du har fel. Det är de andra. Sluta. Kanske sedan. Vi ses."
    tags = ["commanding", "blames_customer", "blames_others", "sarcasm", "vague", "dismissive"]
    spans = [(0, 4), (5, 16), (17, 33), (34, 40), (41, 54), (55, 62)]
    sentences = tuple(
        make_sentence(a, b, **{t: 0.9}) for (a, b), t in zip(spans, tags, strict=True)
    )
    worth = {"Läs": -0.2, "fel": -0.5, "andra": -0.3, "Sluta": -0.4, "Vi ses": -0.6}
    scorer = WordScorer(worth)
    assessment = make_assessment(value=1.0, sentences=sentences)

    default = advise(scorer, Reply(text=text, language="sv"), assessment)
    picky = advise(scorer, Reply(text=text, language="sv"), assessment, level=Level.PICKY)

    assert len(default) == MOST[Level.DEFAULT]
    assert [a.gain for a in default] == sorted((a.gain for a in default), reverse=True)
    assert len(picky) > len(default)


def test_one_place_gets_one_advice() -> None:
    sentences = (make_sentence(0, 19, blames_customer=0.9, dismissive=0.9), make_sentence(20, 43))
    assessment = make_assessment(value=2.0, sentences=sentences)

    found = advise(WordScorer({"skrivit fel": -1.0}), REPLY, assessment)

    assert len({a.start for a in found}) == len(found)


def test_a_picky_level_asks_for_less_gain() -> None:
    assert LEAST_GAIN[Level.PICKY] < LEAST_GAIN[Level.DEFAULT]


def test_a_reply_in_none_of_the_languages_is_advised_in_english_terms() -> None:
    assessment = replace(
        make_assessment("und", value=3.0, sentences=(make_sentence(0, 30),)),
        customer_language=DetectedLanguage(code="sv", probability=0.99, detected=True),
    )
    reply = Reply(
        text="Vielen Dank für Ihre Nachricht heute",
        customer_message="Var är mitt paket egentligen nu?",
    )

    assert [a.rule for a in advise(WordScorer({}), reply, assessment)] == [
        "reply-in-their-language"
    ]


def others(rule: str) -> set[str]:
    return {r.id for r in RULES} - {rule}


def texts(language: str) -> dict[str, dict[str, str]]:
    return tomllib.loads((files("model") / "advice" / f"{language}.toml").read_text("utf-8"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_has_its_words_in_every_language(language: str) -> None:
    found, english = texts(language), texts("en")

    assert list(found) == [rule.id for rule in RULES]
    for rule, words in found.items():
        assert list(words) == list(english[rule]), rule
        assert all(text.strip() for text in words.values()), rule
        assert len(words["message"]) <= 90, rule


def test_no_words_are_left_in_english() -> None:
    english = {text for words in texts("en").values() for text in words.values()}

    for language in set(LANGUAGES) - {"en"}:
        own = {text for words in texts(language).values() for text in words.values()}
        assert own & english == set(), language


def test_there_are_at_least_25_rules_and_no_id_twice() -> None:
    ids = [rule.id for rule in RULES]

    assert len(ids) == len(set(ids)) >= 25


def test_words_of_an_unknown_rule_are_none() -> None:
    with pytest.raises(KeyError):
        wording("no-such-rule", "sv")
