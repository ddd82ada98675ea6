"""Feedback of writers, and answers kept for an Idempotency-Key."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "feedback",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("score_id", sa.String(36), nullable=False),
        sa.Column("model_version", sa.String(100), nullable=False),
        sa.Column("about", sa.String(16), nullable=False),
        sa.Column("dimension", sa.String(16)),
        sa.Column("rule", sa.String(64)),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("suggested_rating", sa.Integer()),
        sa.Column("writer", sa.String(64)),
        sa.Column("caller", sa.String(64), nullable=False),
        sa.CheckConstraint(
            "suggested_rating BETWEEN 1 AND 5", name=op.f("ck_feedback_suggested_rating")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
    )
    op.create_index(op.f("ix_feedback_score_id"), "feedback", ["score_id"])
    op.create_index(op.f("ix_feedback_created_at"), "feedback", ["created_at"])
    op.create_table(
        "answers",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("request", sa.String(64), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("body", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
    )
    op.create_index(op.f("ix_answers_claimed_at"), "answers", ["claimed_at"])
