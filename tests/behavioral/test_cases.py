"""The cases are enough, in every language, and nothing of them is in the corpus."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator

import pytest

from model import LANGUAGES
from model.language import LanguageIdentifier
from model.sentences import sentence_spans
from model.text import check_text
from tests.fakes import LengthScorer
from training.behave import BARS, behave, read_bars
from training.cases import CASES, Case, Kind, load_cases, rubric_cases
from training.corpus import DATA
from training.variants import load_variants

_SHARED_WORDS = 6


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return load_cases()


def texts(case: Case) -> Iterator[str]:
    for reply in (case.reply, case.baseline):
        if reply:
            yield reply.text
            if reply.customer_message:
                yield reply.customer_message


def long_sentences(text: str) -> Iterator[tuple[str, ...]]:
    for start, end in sentence_spans(text):
        words = tuple(re.findall(r"\w+", text[start:end].lower()))
        if len(words) >= _SHARED_WORDS:
            yield words


def test_there_are_enough_cases_in_every_language(cases: list[Case]) -> None:
    counted = Counter(case.language for case in cases)

    assert len(cases) >= 600
    assert {code: n for code in LANGUAGES if (n := counted[code]) < 150} == {}


def test_most_lines_are_written_out() -> None:
    for code in LANGUAGES:
        rows = map(json.loads, (CASES / f"{code}.jsonl").read_text("utf-8").splitlines())
        assert sum(not {"fill", "phrases"} & set(row) for row in rows) >= 110, code


def test_every_capability_is_tested_in_every_language(cases: list[Case]) -> None:
    by_language: dict[str, set[tuple[Kind, str]]] = defaultdict(set)
    for case in cases:
        by_language[case.language].add((case.kind, case.capability))

    assert len(by_language["sv"]) > 50
    assert {kind for kind, _ in by_language["sv"]} == set(Kind)
    for code in LANGUAGES:
        assert by_language[code] == by_language["sv"], code


def test_every_bar_has_cases(cases: list[Case]) -> None:
    bars = read_bars(CASES / BARS)
    capabilities = {case.capability for case in cases + rubric_cases()}

    assert set(bars.kinds) == set(Kind)
    assert set(bars.capabilities) <= capabilities


def test_the_worse_reply_is_the_longer_one_in_half_of_the_pairs(cases: list[Case]) -> None:
    by_language, by_rule = defaultdict(list), defaultdict(list)
    for case in cases:
        if case.kind is Kind.MINIMUM and case.baseline:
            is_longer = len(case.baseline.text) > len(case.reply.text)
            by_language[case.language].append(is_longer)
            by_rule[case.capability].append(is_longer)

    for name, longer in by_language.items():
        assert 0.4 <= sum(longer) / len(longer) <= 0.6, name
    for name, longer in by_rule.items():
        assert 0.3 <= sum(longer) / len(longer) <= 0.7, name


def test_length_alone_meets_no_bar_of_a_kind(cases: list[Case]) -> None:
    result = behave(LengthScorer(), cases, read_bars(CASES / BARS))
    for kind in Kind:
        passed = [o.is_passed for o in result.outcomes if o.case.kind is kind]
        assert sum(passed) / len(passed) < result.bars.kinds[kind], kind


def test_no_long_sentence_of_a_case_is_in_the_corpus(cases: list[Case]) -> None:
    corpus: dict[tuple[str, ...], str] = {}
    for path in (DATA / "replies").glob("*.jsonl"):
        for row in map(json.loads, path.read_text("utf-8").splitlines()):
            for text in (row["reply"], row["customer_message"] or ""):
                corpus |= dict.fromkeys(long_sentences(text), row["id"])
    for variant in load_variants().by_id.values():
        for text in (variant.ruder, variant.kinder):
            corpus |= dict.fromkeys(long_sentences(text), variant.id)
    shared = {
        case.id: corpus[sentence]
        for case in cases
        for text in texts(case)
        for sentence in long_sentences(text)
        if sentence in corpus
    }

    assert len(corpus) > 10_000
    assert shared == {}


def test_every_text_can_be_scored(cases: list[Case]) -> None:
    for case in cases:
        for text in texts(case):
            check_text(text)
            assert "{" not in text, case.id


def test_every_file_is_in_its_language(cases: list[Case]) -> None:
    identifier = LanguageIdentifier()
    for code in LANGUAGES:
        messages = {c.reply.customer_message or "" for c in cases if c.language == code}
        assert identifier.identify(" ".join(sorted(messages))).code == code
