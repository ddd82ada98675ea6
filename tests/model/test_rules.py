from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from model import Channel, DetectedLanguage, Need, Reply
from model.rules import RULES
from model.situation import Finding, Situation
from tests.builders import make_assessment, make_sentence


@dataclass(frozen=True)
class Told:
    """A reply in sentences with the behaviors of each, and its situation."""

    sentences: tuple[tuple[str, str], ...]
    message: str | None = "Var är mitt paket?"
    need: Need = Need.SOME
    channel: Channel | None = Channel.EMAIL
    value: float = 2.5


def probabilities(tags: str) -> dict[str, float]:
    """Of "greeting vague=0.4": what is given, else 0.9."""
    named = (tag.partition("=") for tag in tags.split())
    return {tag: float(given or 0.9) for tag, _, given in named}


def situation(told: Told) -> Situation:
    text = " ".join(words for words, _ in told.sentences)
    spans, start = [], 0
    for words, tag in told.sentences:
        spans.append(make_sentence(start, start + len(words), **probabilities(tag)))
        start += len(words) + 1
    need = {n: 0.9 if n is told.need else 0.05 for n in Need}
    assessment = replace(
        make_assessment(value=told.value, sentences=tuple(spans)), empathy_need=need
    )
    reply = Reply(text=text, customer_message=told.message, channel=told.channel, language="sv")
    examples = {rule.id: "EXEMPEL." for rule in RULES} | {"greet": "Hej!"}
    return Situation(reply=reply, assessment=assessment, examples=examples)


def findings(rule: str, told: Told) -> Iterator[Finding]:
    (one,) = (r for r in RULES if r.id == rule)
    return one.find(situation(told))


FIRST, SECOND = "ett två tre fyra fem " * 3 + "sex", "sju åtta nio tio " * 3 + "elva"
HELLO, LATER = ("Hej på dig!", "greeting"), ("Vi skickar en ny till dig.", "next_step")
HEAPED = ("Vi värdesätter dig!", "insincere")
ANSWER = ("Du byter koden under Mitt konto.", "solution")
CASES = {
    "drop-the-sarcasm": (Told((HELLO, ("Lycka till med det.", "sarcasm"))), "Hej på dig!"),
    "drop-the-blame": (
        Told((("Du skrev fel adress.", "blames_customer"), LATER)),
        "Vi skickar en ny till dig.",
    ),
    "no-finger-pointing": (
        Told((LATER, ("Det är budfirmans fel.", "blames_others"))),
        "Vi skickar en ny till dig.",
    ),
    "do-not-wave-away": (
        Told((LATER, ("Läs på hemsidan.", "dismissive"))),
        "Vi skickar en ny till dig.",
    ),
    "stay-respectful": (
        Told((LATER, ("Du får väl skylla dig själv.", "blames_customer=0.4 sarcasm=0.3"))),
        "Vi skickar en ny till dig.",
    ),
    "no-guarantees": (
        Told((LATER, ("Det händer aldrig igen.", "over_promise"))),
        "Vi skickar en ny till dig.",
    ),
    "mean-what-you-say": (
        Told((LATER, ("Du är viktig för oss!", "insincere"), HEAPED)),
        "Vi skickar en ny till dig. Vi värdesätter dig!",
    ),
    "ask-do-not-order": (Told((("Läs villkoren först nu.", "commanding"),)), "EXEMPEL."),
    "be-specific": (Told((HELLO, ("Den kommer nog snart.", "vague"))), "Hej på dig! EXEMPEL."),
    "plain-words": (Told((("RMA:n är eskalerad nu.", "jargon"),)), "EXEMPEL."),
    "explain-the-no": (
        Told((("Det går tyvärr inte.", "refusal_cold"), ANSWER)),
        "Det går tyvärr inte. EXEMPEL. Du byter koden under Mitt konto.",
    ),
    "offer-a-way": (
        Told((("Det går tyvärr inte.", "refusal_cold"),)),
        "Det går tyvärr inte. EXEMPEL.",
    ),
    "name-the-problem": (Told((HELLO, LATER)), "Hej på dig! EXEMPEL. Vi skickar en ny till dig."),
    "see-the-person": (
        Told((LATER,), need=Need.STRONG),
        "EXEMPEL. Vi skickar en ny till dig.",
    ),
    "own-it": (Told((ANSWER,)), "Du byter koden under Mitt konto. EXEMPEL."),
    "answer-the-question": (
        Told((("Vi har många paket nu.", ""),)),
        "Vi har många paket nu. EXEMPEL.",
    ),
    "say-what-happens-next": (
        Told((("Vi har många paket nu.", ""),)),
        "Vi har många paket nu. EXEMPEL.",
    ),
    "say-when": (Told((LATER,)), "Vi skickar en ny till dig. EXEMPEL."),
    "not-their-feeling-to-assume": (
        Told((("Du måste vara förkrossad nu.", "acknowledges_feeling"), ANSWER), need=Need.NONE),
        "Du byter koden under Mitt konto.",
    ),
    "one-thank-you-is-enough": (
        Told((("Tack för ditt mejl!", "thanks"), ANSWER, ("Tusen tack!", "thanks"))),
        "Tack för ditt mejl! Du byter koden under Mitt konto.",
    ),
    "lower-your-voice": (
        Told((("Svaret är: LÄS VILLKOREN!", ""),)),
        "Svaret är: läs villkoren.",
    ),
    "answer-first": (
        Told((("Vi fick det.", ""), ("Vi läste det noga.", ""), ("Det tog tid.", ""), ANSWER)),
        "Du byter koden under Mitt konto. Vi fick det. Vi läste det noga. Det tog tid.",
    ),
    "split-the-sentence": (
        Told(((f"{FIRST} och {SECOND} {SECOND}.", ""),)),
        f"{FIRST}. {SECOND.capitalize()} {SECOND}.",
    ),
    "greet": (Told((LATER,)), "Hej!\nVi skickar en ny till dig."),
    "close-kindly": (Told((LATER,)), "Vi skickar en ny till dig. EXEMPEL."),
    "thank-them-for-telling": (Told((LATER,)), "Vi skickar en ny till dig. EXEMPEL."),
    "say-why": (Told((LATER,)), "Vi skickar en ny till dig. EXEMPEL."),
    "leave-the-door-open": (Told((LATER,)), "Vi skickar en ny till dig. EXEMPEL."),
    "one-exclamation-mark": (Told((("Nu är det klart!!!", ""),)), "Nu är det klart!"),
}  # fmt: skip
"""A reply in which a rule finds something, and the text as its advice would have it."""
GOOD = Told(
    (
        HELLO,
        ("Jag ser att paketet inte har kommit.", "mirrors_problem"),
        ("Det är jobbigt att vänta så.", "acknowledges_feeling"),
        ("Det ska jag ordna nu.", "takes_ownership"),
        ("En ny skickas av mig i dag.", "next_step"),
        ("Den kommer på torsdag, eftersom lagret packar i kväll.", "time_frame"),
        ("Skriv gärna igen.", "invites_follow_up"),
        ("Ha en fin dag önskar Eva.", "friendly_close"),
    ),
    value=4.6,
)


@pytest.mark.parametrize("rule", CASES, ids=str)
def test_a_rule_finds_its_place_and_tries_what_it_advises(rule: str) -> None:
    told, expected = CASES[rule]

    found = next(findings(rule, told))

    assert found.changed == expected
    assert 0 <= found.start < found.end <= len(situation(told).text)


def test_every_rule_that_tries_a_text_is_tested_here() -> None:
    settled = {"reply-in-their-language", "their-form-of-norwegian", "fill-in-the-blank"}

    assert {rule.id for rule in RULES} == set(CASES) | settled


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)
def test_no_rule_finds_anything_in_a_good_reply(rule: object) -> None:
    assert list(rule.find(situation(GOOD))) == []  # type: ignore[attr-defined]


def test_a_chat_line_need_not_greet() -> None:
    assert list(findings("greet", Told((LATER,), channel=Channel.CHAT))) == []


def test_a_greeting_within_a_sentence_is_one() -> None:
    told = Told((("Hej Anna, vi skickar en ny.", "next_step"),))

    assert list(findings("greet", told)) == []


def test_a_greeting_can_be_put_in_as_it_stands() -> None:
    (found,) = findings("greet", Told((LATER,)))

    assert found.replacements == ("Hej!\nVi",)


@pytest.mark.parametrize("left", ["Hej [namn]!", "Hej {{first_name}}!", "Ring XXX."])
def test_a_placeholder_is_found(left: str) -> None:
    (found,) = findings("fill-in-the-blank", Told(((left, ""), LATER)))

    assert found.changed is None


@pytest.mark.parametrize(
    "fine", ["Se avsnitt [3].", "Skriv till <https://a.example/x>.", "Alla XL."]
)
def test_a_footnote_a_link_and_a_size_are_no_placeholder(fine: str) -> None:
    assert list(findings("fill-in-the-blank", Told(((fine, ""),)))) == []


def spoken(ours: str, theirs: str, probability: float = 0.99) -> Situation:
    s = situation(
        Told((("Eg sender ein ny pakke i dag.", "next_step"),), message="Kor er pakka mi no?")
    )
    told = {"code": ours, "probability": 0.99, "detected": True}
    assessment = replace(
        s.assessment,
        language=DetectedLanguage(**told),  # type: ignore[arg-type]
        customer_language=DetectedLanguage(code=theirs, probability=probability, detected=True),
    )
    return Situation(reply=s.reply, assessment=assessment, examples=s.examples)


def fired(s: Situation) -> set[str]:
    return {r.id for r in RULES for _ in r.find(s)} & {
        "reply-in-their-language",
        "their-form-of-norwegian",
    }


def test_the_other_form_of_norwegian_is_advice_of_its_own() -> None:
    assert fired(spoken("nb", "nn")) == {"their-form-of-norwegian"}
    assert fired(spoken("nn", "nb")) == {"their-form-of-norwegian"}
    assert fired(spoken("nn", "nn")) == set()


def test_another_language_than_the_customers_is_found_where_it_is_sure() -> None:
    assert fired(spoken("sv", "en")) == {"reply-in-their-language"}
    assert fired(spoken("sv", "en", probability=0.6)) == set()
    assert fired(spoken("sv", "und")) == set()


def test_need_counts_only_with_a_customer_message() -> None:
    told = Told((LATER,), message=None, need=Need.STRONG)

    assert list(findings("name-the-problem", told)) == []


def rules_that_fire(told: Told) -> set[str]:
    return {rule.id for rule in RULES for _ in rule.find(situation(told))}


def test_what_may_be_there_is_not_asked_for() -> None:
    asked = Told((("Vi skickar en ny till dig.", "next_step time_frame=0.05"),))
    silent = Told((("Vi skickar en ny till dig.", "next_step time_frame=0.15"),))

    assert "say-when" in rules_that_fire(asked)
    assert "say-when" not in rules_that_fire(silent)


def test_a_time_that_stands_there_is_not_asked_for() -> None:
    told = Told((("Vi skickar en ny till dig inom 3 dagar.", "next_step"),))

    assert "say-when" not in rules_that_fire(told)


@pytest.mark.parametrize(
    "open_", [("Dra ut kontakten och testa igen.", "next_step"), ("Det beror på.", "vague")]
)
def test_only_what_the_writers_side_does_needs_a_time(open_: tuple[str, str]) -> None:
    assert "say-when" not in rules_that_fire(Told((open_,)))


def test_one_kind_phrase_may_stay() -> None:
    assert "mean-what-you-say" not in rules_that_fire(Told((LATER, HEAPED)))


@pytest.mark.parametrize(
    "named",
    ["Pengene for reisen til Voss er sendt.", "Vi beklagar verkligen att du har fått vänta."],
)
def test_a_problem_that_is_named_in_other_words_is_not_asked_for(named: str) -> None:
    told = Told(((named, "solution"),), message="Hvor er pengene for reisen min?")

    assert "name-the-problem" not in rules_that_fire(told)


def test_a_good_score_needs_nothing_more() -> None:
    asked = {"say-when", "name-the-problem", "own-it"}

    assert not asked & rules_that_fire(Told((LATER,), value=3.8))


@pytest.mark.parametrize("close", ["Tack på förhand!", "Med vänlig hälsning"])
def test_thanks_and_a_closing_line_are_not_two_thanks(close: str) -> None:
    told = Told((("Tack för ditt mejl!", "thanks"), ANSWER, (close, "thanks")))

    assert "one-thank-you-is-enough" not in rules_that_fire(told)


def test_a_longer_reply_may_thank_twice() -> None:
    long = ("Du byter koden så här. " * 30, "solution")
    told = Told((("Tack för ditt mejl!", "thanks"), long, ("Tack för tålamodet!", "thanks")))

    assert "one-thank-you-is-enough" not in rules_that_fire(told)


def test_advice_stands_neither_at_a_courtesy_nor_at_the_signature() -> None:
    text = "Vi har många paket nu.\nTack för att du skrev.\nVänligen\nEva, Kundtjänst"
    words = text.split("\n")
    starts = [text.index(w) for w in words]
    behaviors = ["vague", "thanks", "", ""]
    assessment = make_assessment(
        sentences=tuple(
            make_sentence(start, start + len(w), **probabilities(tag))
            for start, w, tag in zip(starts, words, behaviors, strict=True)
        )
    )

    s = Situation(reply=Reply(text=text), assessment=assessment, examples={})

    assert [s.text_of(x) for x in s.body] == ["Vi har många paket nu."]
