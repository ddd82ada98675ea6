"""The replies kept for training are found without reading a text."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make their index."""
    is_for_training = sa.text("purpose = 'training'")
    op.create_index(
        "ix_reply_texts_training",
        "reply_texts",
        ["reply"],
        sqlite_where=is_for_training,
        postgresql_where=is_for_training,
    )
