from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from model import Channel
from model.encoder_input import LONGEST_REPLY, REPLY_START, Reader, marked, windows
from model.prediction import PreparedReply
from tests.training.tiny import make_encoder, make_reader
from training.encoder_folder import load_tokenizer


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """To it a sentence with `tack` is a stock phrase."""
    folder: Path = tmp_path_factory.mktemp("tiny")
    words = ["hej anna du får svar i dag var är mitt paket ? tack"]
    return make_reader(load_tokenizer(make_encoder(folder, words)), "tack")


def prepared(
    text: str, message: str | None = None, channel: Channel | None = None
) -> PreparedReply:
    return PreparedReply(text=text, message=message, channel=channel, language="sv")


def tokens(reader: Reader, reply: PreparedReply) -> str:
    return " ".join(str(reader.tokenizer.id_to_token(i)) for i in windows(reply, reader)[0].ids)


def test_a_window_holds_channel_reply_and_message(reader: Reader) -> None:
    reply = prepared("Hej du.\nDu får svar.", "Var är mitt paket?", Channel.EMAIL)

    window = windows(reply, reader)[0]

    assert tokens(reader, reply) == (
        "[CLS] [EMAIL] hej du . du får svar . [SEP] var är mitt paket ? [SEP]"
    )
    assert window.segments == [0] * 10 + [1] * 6
    assert [(s.first, s.last) for s in window.sentences] == [(2, 5), (5, 9)]


@pytest.mark.parametrize(
    ("named", "unnamed"),
    [
        ("Hej Anna, du får svar i dag.", "Hej, du får svar i dag."),
        ("Hei Åse Marie! Du får svar.", "Hei! Du får svar."),
        ("Dear Mr Smith, you get it.", "Dear, you get it."),
        ("Hej! Du får svar. Mvh Emma", "Hej! Du får svar. Mvh Åse Li"),
        ("Hej! Du får svar.\nEmma", "Hej! Du får svar.\nOla Nordmann"),
    ],
)
def test_the_name_that_is_greeted_or_signs_is_not_seen(
    reader: Reader, named: str, unnamed: str
) -> None:
    assert tokens(reader, prepared(named)) == tokens(reader, prepared(unnamed))


def test_a_word_after_the_greeting_that_is_no_name_stays(reader: Reader) -> None:
    assert "anna" not in tokens(reader, prepared("Hej Anna. Du får svar."))
    assert "du får svar" in tokens(reader, prepared("Hej Du får svar i dag."))


@pytest.mark.parametrize(
    "message",
    [
        "VAR ÄR MITT PAKET!!",
        "Tack hej du i dag. Var är mitt paket..",
        "Var är\nmitt paket!.",
    ],
)
def test_how_loud_or_courteous_the_customer_is_is_not_seen(reader: Reader, message: str) -> None:
    calm = prepared("Du får svar.", "Var är mitt paket..")

    assert tokens(reader, prepared("Du får svar.", message)) == tokens(reader, calm)


def test_a_message_of_courtesies_alone_is_read_as_it_is(reader: Reader) -> None:
    found = tokens(reader, prepared("Du får svar.", "Tack hej du i dag."))

    assert found.endswith("[SEP] tack hej du i dag . [SEP]")


def test_what_is_not_known_has_a_token_of_its_own(reader: Reader) -> None:
    assert tokens(reader, prepared("hej")) == "[CLS] [NO_CHANNEL] hej [SEP] [NO_MESSAGE] [SEP]"


def test_digits_are_alike(reader: Reader) -> None:
    assert windows(prepared("svar 17:30"), reader) == windows(prepared("svar 09:45"), reader)


def test_a_name_inside_is_hidden_whole(reader: Reader) -> None:
    reply = prepared("Du får svar i Norra Ljunga.")

    assert "du får svar i [MASK] ." in tokens(reader, reply)


def test_shouted_words_are_marked_and_abbreviations_are_not() -> None:
    assert marked("Läs VILLKOREN på SMS") == "Läs [SHOUT] VILLKOREN på SMS"


@given(st.text(alphabet="hej du. ANNA!?\n", max_size=80))
def test_every_sentence_has_its_own_tokens(text: str) -> None:
    reader = make_reader(Tokenizer.from_str(_TOKENIZER))

    for window in windows(prepared(text.strip()), reader):
        ends = [REPLY_START, *(s.last for s in window.sentences)]
        assert [s.first for s in window.sentences] == ends[:-1]
        assert ends[-1] == window.reply_end
        assert len(window.ids) == len(window.segments) == window.message_end + 1


def test_a_long_reply_is_read_in_windows_of_whole_sentences(reader: Reader) -> None:
    found = windows(prepared("Du får svar i dag. " * 300, "var är mitt paket"), reader)

    assert len(found) > 4
    assert sum(len(w.sentences) for w in found) == 300
    assert all(w.reply_end - REPLY_START <= LONGEST_REPLY for w in found)


def test_a_stock_phrase_stands_in_a_window_of_its_own(reader: Reader) -> None:
    plain = prepared("Hej du. Du får svar i dag.", "var är mitt paket")
    kind = prepared("Hej du. Tack var är mitt. Du får svar i dag.", "var är mitt paket")

    rated, stock = windows(kind, reader)

    assert rated.ids == windows(plain, reader)[0].ids
    assert [kind.text[s.start : s.end] for s in stock.sentences] == ["Tack var är mitt."]
    assert (rated.is_stock, stock.is_stock) == (False, True)


def test_what_follows_a_greeting_on_its_line_is_a_sentence_of_its_own(reader: Reader) -> None:
    kind = prepared("Hej anna, tack var är mitt. Du får svar i dag.")

    rated, stock = windows(kind, reader)

    assert [kind.text[s.start : s.end] for s in rated.sentences] == [
        "Hej anna,",
        "Du får svar i dag.",
    ]
    assert [kind.text[s.start : s.end] for s in stock.sentences] == ["tack var är mitt."]


def test_a_reply_of_stock_phrases_alone_is_rated_as_it_is(reader: Reader) -> None:
    assert [
        w.is_stock for w in windows(prepared("Tack var är mitt. Tack hej du i dag."), reader)
    ] == [False]


def test_a_sentence_longer_than_a_window_is_cut(reader: Reader) -> None:
    found = windows(prepared("hej " * 5_000), reader)

    assert [w.reply_end - REPLY_START for w in found] == [LONGEST_REPLY]


_TOKENIZER = ""


@pytest.fixture(autouse=True, scope="module")
def _shared(reader: Reader) -> None:
    global _TOKENIZER
    _TOKENIZER = reader.tokenizer.to_str()
