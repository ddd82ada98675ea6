"""How often the language of a reply is told right."""

from collections import Counter
from collections.abc import Mapping, Sequence

from tqdm import tqdm

from model import LANGUAGES, UNDETERMINED
from model.language import LanguageIdentifier
from model.text import prepare, prepare_message
from training.corpus import RatedReply

IDENTIFIED = (*LANGUAGES, UNDETERMINED)
Confusion = Mapping[str, Mapping[str, Counter[str]]]
_TABLES = (
    "reply alone",
    "with the customer message",
    "short replies alone",
    "short replies with the message",
)
_SHORT = 40
"""Characters; language identification is hard in replies of at most this length."""


def language_confusion(corpus: Sequence[RatedReply]) -> Confusion:
    """Counts of the identified language by the true one, from the reply alone and with the customer
    message.

    Short replies, the hard case, are counted apart as well.
    """
    identifier = LanguageIdentifier()
    tables = {name: {code: Counter[str]() for code in LANGUAGES} for name in _TABLES}
    for reply in tqdm(corpus, desc="identify languages", unit="reply", leave=False):
        text = prepare(reply.reply).text
        alone = identifier.identify(text).code
        message = reply.customer_message
        both = identifier.identify(text, message and prepare_message(message)).code
        tables["reply alone"][reply.language][alone] += 1
        tables["with the customer message"][reply.language][both] += 1
        if len(text) <= _SHORT:
            tables["short replies alone"][reply.language][alone] += 1
            tables["short replies with the message"][reply.language][both] += 1
    return tables
