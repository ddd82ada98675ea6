"""The queue: what is mine to review, why, and how far the plans are."""

from datetime import timedelta

from flask import Blueprint, Response, request

from service.storage.plans import PlanRepository
from service.storage.queue import FILTERS, QueueRepository
from service.workbench.guard import require
from service.workbench.site import database, now, page, user

blueprint = Blueprint("queue", __name__, url_prefix="/queue")
_SHOWN = 50


@blueprint.get("")
def show() -> Response:
    """The next replies, with the filters that are set."""
    require(user(), "review")
    queue, filters = QueueRepository(database()), chosen()
    return page(
        "queue.html",
        tasks=queue.waiting(user(), filters, limit=_SHOWN),
        left=queue.count(user(), filters),
        filters=filters,
        choices={k: v for k, v in queue.values(user()).items() if len(v) > 1 or filters.get(k)},
        plans=[p for p in PlanRepository(database()).all(user().sees) if p.open],
        done=queue.done(user(), since=now() - timedelta(days=7)),
    )


def chosen() -> dict[str, str]:
    """The filters of this request, to be carried along."""
    return {name: value for name in FILTERS if (value := request.values.get(name, "")[:64])}
