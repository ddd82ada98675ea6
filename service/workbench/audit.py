"""The audit, to be read."""

from itertools import islice

from flask import Blueprint, Response, request

from service.storage.audit import AuditRepository
from service.workbench.guard import require
from service.workbench.site import accounts, database, page, user

blueprint = Blueprint("audit", __name__, url_prefix="/audit")
_SHOWN = 100


@blueprint.get("")
def show() -> Response:
    """What was done, newest first."""
    require(user(), "audit")
    audit, number = AuditRepository(database()), max(request.args.get("page", 1, type=int), 1)
    filters = {k: v for k in ("actor", "action", "subject") if (v := request.args.get(k))}
    start = (number - 1) * _SHOWN
    deeds = list(islice(audit.read(**filters), start, start + _SHOWN + 1))
    return page(
        "audit.html",
        deeds=deeds[:_SHOWN],
        filters=filters,
        actions=audit.actions(),
        names={u.id: u.name for u in accounts().users.all()},
        number=number,
        has_more=len(deeds) > _SHOWN,
    )
