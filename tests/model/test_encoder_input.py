from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from model import Channel
from model.encoder_input import LONGEST_REPLY, REPLY_START, marked, windows
from model.prediction import PreparedReply
from tests.training.tiny import make_encoder
from training.encoder_folder import load_tokenizer


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    folder: Path = tmp_path_factory.mktemp("tiny")
    return load_tokenizer(make_encoder(folder, ["hej anna du får svar i dag var är mitt paket ?"]))


def prepared(
    text: str, message: str | None = None, channel: Channel | None = None
) -> PreparedReply:
    return PreparedReply(text=text, message=message, channel=channel, language="sv")


def tokens(tokenizer: Tokenizer, reply: PreparedReply) -> str:
    return " ".join(str(tokenizer.id_to_token(i)) for i in windows(reply, tokenizer)[0].ids)


def test_a_window_holds_channel_reply_and_message(tokenizer: Tokenizer) -> None:
    reply = prepared("Hej du.\nDu får svar.", "Var är mitt paket?", Channel.EMAIL)

    window = windows(reply, tokenizer)[0]

    assert tokens(tokenizer, reply) == (
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
    tokenizer: Tokenizer, named: str, unnamed: str
) -> None:
    assert tokens(tokenizer, prepared(named)) == tokens(tokenizer, prepared(unnamed))


def test_a_word_after_the_greeting_that_is_no_name_stays(tokenizer: Tokenizer) -> None:
    assert "anna" not in tokens(tokenizer, prepared("Hej Anna. Du får svar."))
    assert "du får svar" in tokens(tokenizer, prepared("Hej Du får svar i dag."))


def test_what_is_not_known_has_a_token_of_its_own(tokenizer: Tokenizer) -> None:
    assert tokens(tokenizer, prepared("hej")) == "[CLS] [NO_CHANNEL] hej [SEP] [NO_MESSAGE] [SEP]"


def test_digits_are_alike(tokenizer: Tokenizer) -> None:
    assert windows(prepared("svar 17:30"), tokenizer) == windows(prepared("svar 09:45"), tokenizer)


def test_a_name_inside_is_hidden_whole(tokenizer: Tokenizer) -> None:
    reply = prepared("Du får svar i Norra Ljunga.")

    assert "du får svar i [MASK] ." in tokens(tokenizer, reply)


def test_shouted_words_are_marked_and_abbreviations_are_not() -> None:
    assert marked("Läs VILLKOREN på SMS") == "Läs [SHOUT] VILLKOREN på SMS"


@given(st.text(alphabet="hej du. ANNA!?\n", max_size=80))
def test_every_sentence_has_its_own_tokens(text: str) -> None:
    tokenizer = Tokenizer.from_str(_TOKENIZER)

    for window in windows(prepared(text.strip()), tokenizer):
        ends = [REPLY_START, *(s.last for s in window.sentences)]
        assert [s.first for s in window.sentences] == ends[:-1]
        assert ends[-1] == window.reply_end
        assert len(window.ids) == len(window.segments) == window.message_end + 1


def test_a_long_reply_is_read_in_windows_of_whole_sentences(tokenizer: Tokenizer) -> None:
    found = windows(prepared("Du får svar i dag. " * 300, "var är mitt paket"), tokenizer)

    assert len(found) > 4
    assert sum(len(w.sentences) for w in found) == 300
    assert all(w.reply_end - REPLY_START <= LONGEST_REPLY for w in found)


def test_a_sentence_longer_than_a_window_is_cut(tokenizer: Tokenizer) -> None:
    found = windows(prepared("hej " * 5_000), tokenizer)

    assert [w.reply_end - REPLY_START for w in found] == [LONGEST_REPLY]


_TOKENIZER = ""


@pytest.fixture(autouse=True, scope="module")
def _shared(tokenizer: Tokenizer) -> None:
    global _TOKENIZER
    _TOKENIZER = tokenizer.to_str()
