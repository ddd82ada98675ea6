"""What draws and reports over a million replies read in place of the replies."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_SCORES = ("empathy", "politeness", "clarity")
_MONTH = {
    "sqlite": "strftime('%Y-%m-01 00:00:00.000000', sent_at)",
    "postgresql": "date_trunc('month', sent_at, 'UTC')",
}


def upgrade() -> None:
    """Index the replies kept for training, and sum up all by month."""
    is_for_training = sa.text("purpose = 'training'")
    op.create_index(
        "ix_reply_texts_training",
        "reply_texts",
        ["reply"],
        sqlite_where=is_for_training,
        postgresql_where=is_for_training,
    )
    key = ("month", "agent", "team", "channel", "language")
    op.create_table(
        "reply_months",
        sa.Column("month", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agent", sa.String(64), nullable=False),
        sa.Column("team", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("replies", sa.Integer(), nullable=False),
        sa.Column("empathy", sa.Double(), nullable=False),
        sa.Column("politeness", sa.Double(), nullable=False),
        sa.Column("clarity", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_reply_months")),
        sqlite_with_rowid=False,
    )
    month: sa.ColumnElement[object] = sa.literal_column(_MONTH[op.get_bind().dialect.name])
    facets: list[sa.ColumnElement[str]] = [sa.column(name) for name in key[1:]]
    scores: list[sa.ColumnElement[float]] = [sa.column(name) for name in _SCORES]
    summed = sa.select(month, *facets, sa.func.count(), *map(sa.func.sum, scores)).select_from(
        sa.table("replies")
    )
    columns = [*key, "replies", *_SCORES]
    months = sa.table("reply_months", *map(sa.column, columns))
    op.execute(months.insert().from_select(columns, summed.group_by(month, *facets)))
