"""How fast `tonfall import` is, and how fast it could be: beside it, the encoder alone on the same
replies and cores.
"""

import json
import random
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from model import BUNDLED, Reply, load_scorer
from model.encoder import ENCODER, Encoder, load_reader
from model.language import LanguageIdentifier
from model.prediction import PreparedReply
from model.store import current_artifact
from model.text import prepare, prepare_message
from service.import_columns import ColumnMap, settle
from service.import_source import open_source
from service.importing import Account, import_rows
from service.intake import Intake
from service.storage.database import Database
from service.storage.replies import ReplyRepository
from tests.benchmark.texts import replies
from training.corpus import DATA, load_corpus

REPLIES, EACH = 2_000, 200
Rates = Mapping[str, Mapping[str, float]]


def import_rates(rounds: int) -> Rates:
    """Replies a second, and milliseconds of processor a reply, by what was done to which."""
    corpus = list(load_corpus(DATA / "replies"))
    random.Random(1).shuffle(corpus)
    all_lengths = [
        Reply(text=r.reply, customer_message=r.customer_message, channel=r.channel)
        for r in corpus[:REPLIES]
    ]
    found = dict[str, Mapping[str, float]]()
    scorer = load_scorer()
    for name, sent in {"of the corpus": all_lengths, "of 80 tokens": replies(EACH)}.items():
        scorer.score(sent[:8])
        found[f"import, {name}"] = _rate(lambda s=sent: _import(s, scorer), len(sent), rounds)  # type: ignore[misc]
        found[f"encoder alone, {name}"] = _encoder_rate(sent, rounds)
    return found


def _rate(work: Callable[[], object], replies: int, rounds: int) -> Mapping[str, float]:
    walls, cpus = list[float](), list[float]()
    for _ in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return {"replies/s": replies / median(walls), "cpu ms": 1000 * median(cpus) / replies}


def _import(sent: Sequence[Reply], scorer: Any) -> None:
    """A JSON Lines file into a new database, as the command does it."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "replies.jsonl"
        file.write_text("".join(map(_line, range(len(sent)), sent)), "utf-8")
        database = Database(f"sqlite:///{folder}/tonfall.db")
        source = open_source(file)
        columns = ColumnMap(
            columns=settle(source.columns, {}, file.name), constants={"purpose": "quality"}
        )
        account = Account()
        intake = Intake(ReplyRepository(database), retention_days=30)
        import_rows(source.rows, columns, intake, scorer, account=account, on_fault=print)
        database.close()
    if account.stored != len(sent):
        raise RuntimeError(f"of {len(sent)} replies {account} came")


def _line(number: int, reply: Reply) -> str:
    row = {
        "id": f"m-{number}",
        "conversation": f"c-{number}",
        "agent": f"a-{number % 20}",
        "sent_at": "2026-10-01T08:00:00Z",
        "channel": reply.channel,
        "reply": reply.text,
        "customer_message": reply.customer_message,
    }
    return json.dumps(row) + "\n"


def _encoder_rate(sent: Sequence[Reply], rounds: int) -> Mapping[str, float]:
    artifact, identifier = current_artifact(BUNDLED), LanguageIdentifier()
    encoder = Encoder(artifact / ENCODER, load_reader(artifact))
    prepared = [
        PreparedReply(
            text=prepare(r.text).text,
            message=r.customer_message and prepare_message(r.customer_message),
            channel=r.channel,
            language=identifier.identify(r.text).code,
        )
        for r in sent
    ]
    return _rate(lambda: encoder.encode(prepared, lambda _, __: None), len(sent), rounds)
