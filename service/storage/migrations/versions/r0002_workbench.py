"""Sent replies, the audit, webhooks, and the tables of the QA workbench."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_APPEND_ONLY = {
    "sqlite": (
        "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit "
        "BEGIN SELECT RAISE(ABORT, 'the audit is append only'); END",
        "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit "
        "BEGIN SELECT RAISE(ABORT, 'the audit is append only'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$BEGIN RAISE EXCEPTION 'the audit is append only' "
        "USING ERRCODE = 'restrict_violation'; END$$",
        "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
    ),
}


def upgrade() -> None:
    """Make all of them."""
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(100), nullable=False),
        sa.Column("before", sa.JSON()),
        sa.Column("after", sa.JSON()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_audit_actor_at"), "audit", ["actor", "at"])
    op.create_index(op.f("ix_audit_at"), "audit", ["at"])
    op.create_index(op.f("ix_audit_subject_at"), "audit", ["subject", "at"])
    op.create_table(
        "plans",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("team", sa.String(64)),
        sa.Column("channel", sa.String(16)),
        sa.Column("language", sa.String(8)),
        sa.Column("strata", sa.JSON(), nullable=False),
        sa.Column("arms", sa.JSON(), nullable=False),
        sa.Column("allocation", sa.String(16), nullable=False),
        sa.Column("budget", sa.Integer(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(100), nullable=False),
        sa.CheckConstraint("budget > 0", name=op.f("ck_plans_budget")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_plans_period")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
    )
    op.create_index(op.f("ix_plans_team_starts_at"), "plans", ["team", "starts_at"])
    op.create_table(
        "replies",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("team", sa.String(64), nullable=False),
        sa.Column("agent", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True)),
        sa.Column("model_version", sa.String(100), nullable=False),
        sa.Column("empathy", sa.Double(), nullable=False),
        sa.Column("empathy_low", sa.Double(), nullable=False),
        sa.Column("empathy_high", sa.Double(), nullable=False),
        sa.Column("empathy_status", sa.String(24), nullable=False),
        sa.Column("politeness", sa.Double(), nullable=False),
        sa.Column("politeness_low", sa.Double(), nullable=False),
        sa.Column("politeness_high", sa.Double(), nullable=False),
        sa.Column("politeness_status", sa.String(24), nullable=False),
        sa.Column("clarity", sa.Double(), nullable=False),
        sa.Column("clarity_low", sa.Double(), nullable=False),
        sa.Column("clarity_high", sa.Double(), nullable=False),
        sa.Column("clarity_status", sa.String(24), nullable=False),
        sa.Column("empathy_need", sa.String(8), nullable=False),
        sa.Column("risk", sa.Double(), nullable=False),
        sa.CheckConstraint("risk BETWEEN 0 AND 1", name=op.f("ck_replies_risk")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replies")),
    )
    op.create_index(op.f("ix_replies_agent_sent_at"), "replies", ["agent", "sent_at"])
    op.create_index(op.f("ix_replies_sent_at"), "replies", ["sent_at"])
    op.create_index(op.f("ix_replies_team_sent_at"), "replies", ["team", "sent_at"])
    op.create_table(
        "users",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("login", sa.String(200), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("failed_logins", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("role IN ('reviewer', 'lead', 'admin')", name=op.f("ck_users_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("login", name=op.f("uq_users_login")),
    )
    op.create_table(
        "webhook_endpoints",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("url", sa.String(2000), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("secret", sa.String(100), nullable=False),
        sa.Column("previous_secret", sa.String(100)),
        sa.Column("previous_until", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(100), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True)),
        sa.Column("disabled_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_endpoints")),
    )
    op.create_table(
        "draws",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("plan", sa.String(36), nullable=False),
        sa.Column("reply", sa.String(36), nullable=False),
        sa.Column("arm", sa.String(16), nullable=False),
        sa.Column("stratum", sa.JSON(), nullable=False),
        sa.Column("inclusion_probability", sa.Double(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("model_version", sa.String(100), nullable=False),
        sa.Column("reviewer", sa.String(36)),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("skip_reason", sa.String(16)),
        sa.Column("closed_by", sa.String(36)),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "(state = 'skipped') = (skip_reason IS NOT NULL)", name=op.f("ck_draws_skip_reason")
        ),
        sa.CheckConstraint("state IN ('open', 'reviewed', 'skipped')", name=op.f("ck_draws_state")),
        sa.CheckConstraint(
            "inclusion_probability > 0 AND inclusion_probability <= 1",
            name=op.f("ck_draws_probability"),
        ),
        sa.ForeignKeyConstraint(["closed_by"], ["users.id"], name=op.f("fk_draws_closed_by_users")),
        sa.ForeignKeyConstraint(["plan"], ["plans.id"], name=op.f("fk_draws_plan_plans")),
        sa.ForeignKeyConstraint(["reply"], ["replies.id"], name=op.f("fk_draws_reply_replies")),
        sa.ForeignKeyConstraint(["reviewer"], ["users.id"], name=op.f("fk_draws_reviewer_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draws")),
        sa.UniqueConstraint("plan", "position", name=op.f("uq_draws_plan_position")),
        sa.UniqueConstraint("plan", "reply", name=op.f("uq_draws_plan_reply")),
    )
    op.create_index(op.f("ix_draws_plan_state_position"), "draws", ["plan", "state", "position"])
    op.create_index(op.f("ix_draws_reply"), "draws", ["reply"])
    op.create_index(
        op.f("ix_draws_reviewer_state_position"), "draws", ["reviewer", "state", "position"]
    )
    op.create_table(
        "drift_alarms",
        sa.Column("model_version", sa.String(100), nullable=False),
        sa.Column("dimension", sa.String(16), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviews", sa.Integer(), nullable=False),
        sa.Column("low", sa.Double(), nullable=False),
        sa.Column("high", sa.Double(), nullable=False),
        sa.Column("acknowledged_by", sa.String(36)),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["acknowledged_by"], ["users.id"], name=op.f("fk_drift_alarms_acknowledged_by_users")
        ),
        sa.PrimaryKeyConstraint("model_version", "dimension", name=op.f("pk_drift_alarms")),
    )
    op.create_table(
        "reply_texts",
        sa.Column("reply", sa.String(36), nullable=False),
        sa.Column("external_id", sa.String(200), nullable=False),
        sa.Column("conversation", sa.String(200), nullable=False),
        sa.Column("customer", sa.String(64)),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("customer_message", sa.Text()),
        sa.ForeignKeyConstraint(
            ["reply"], ["replies.id"], name=op.f("fk_reply_texts_reply_replies")
        ),
        sa.PrimaryKeyConstraint("reply", name=op.f("pk_reply_texts")),
        sa.UniqueConstraint("external_id", name=op.f("uq_reply_texts_external_id")),
    )
    op.create_index(op.f("ix_reply_texts_conversation"), "reply_texts", ["conversation"])
    op.create_index(op.f("ix_reply_texts_customer"), "reply_texts", ["customer"])
    op.create_index(op.f("ix_reply_texts_expires_at"), "reply_texts", ["expires_at"])
    op.create_table(
        "sessions",
        sa.Column("token_sha256", sa.String(64), nullable=False),
        sa.Column("user", sa.String(36), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_sessions_user_users")),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_expires_at"), "sessions", ["expires_at"])
    op.create_index(op.f("ix_sessions_user"), "sessions", ["user"])
    op.create_table(
        "user_teams",
        sa.Column("user", sa.String(36), nullable=False),
        sa.Column("team", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_user_teams_user_users")),
        sa.PrimaryKeyConstraint("user", "team", name=op.f("pk_user_teams")),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("endpoint", sa.String(36), nullable=False),
        sa.Column("event", sa.String(64), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_status", sa.Integer()),
        sa.Column("delivered_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["endpoint"],
            ["webhook_endpoints.id"],
            name=op.f("fk_webhook_deliveries_endpoint_webhook_endpoints"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_deliveries")),
    )
    op.create_index(op.f("ix_webhook_deliveries_due_at"), "webhook_deliveries", ["due_at"])
    op.create_index(
        op.f("ix_webhook_deliveries_endpoint_created_at"),
        "webhook_deliveries",
        ["endpoint", "created_at"],
    )
    op.create_table(
        "reviews",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("draw", sa.String(36), nullable=False),
        sa.Column("reply", sa.String(36), nullable=False),
        sa.Column("reviewer", sa.String(36), nullable=False),
        sa.Column("rubric_version", sa.String(16), nullable=False),
        sa.Column("need", sa.String(8), nullable=False),
        sa.Column("empathy", sa.Integer(), nullable=False),
        sa.Column("politeness", sa.Integer(), nullable=False),
        sa.Column("clarity", sa.Integer(), nullable=False),
        sa.Column("revised_need", sa.String(8)),
        sa.Column("revised_empathy", sa.Integer()),
        sa.Column("revised_politeness", sa.Integer()),
        sa.Column("revised_clarity", sa.Integer()),
        sa.Column("comment", sa.Text()),
        sa.Column("is_for_coaching", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_score_at", sa.DateTime(timezone=True)),
        sa.Column("revised_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("clarity BETWEEN 1 AND 5", name=op.f("ck_reviews_clarity")),
        sa.CheckConstraint("empathy BETWEEN 1 AND 5", name=op.f("ck_reviews_empathy")),
        sa.CheckConstraint("politeness BETWEEN 1 AND 5", name=op.f("ck_reviews_politeness")),
        sa.CheckConstraint(
            "revised_clarity BETWEEN 1 AND 5", name=op.f("ck_reviews_revised_clarity")
        ),
        sa.CheckConstraint(
            "revised_empathy BETWEEN 1 AND 5", name=op.f("ck_reviews_revised_empathy")
        ),
        sa.CheckConstraint(
            "revised_politeness BETWEEN 1 AND 5", name=op.f("ck_reviews_revised_politeness")
        ),
        sa.ForeignKeyConstraint(["draw"], ["draws.id"], name=op.f("fk_reviews_draw_draws")),
        sa.ForeignKeyConstraint(["reply"], ["replies.id"], name=op.f("fk_reviews_reply_replies")),
        sa.ForeignKeyConstraint(["reviewer"], ["users.id"], name=op.f("fk_reviews_reviewer_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
        sa.UniqueConstraint("draw", "reviewer", name=op.f("uq_reviews_draw_reviewer")),
    )
    op.create_index(op.f("ix_reviews_created_at"), "reviews", ["created_at"])
    op.create_index(op.f("ix_reviews_reply"), "reviews", ["reply"])
    op.create_index(op.f("ix_reviews_reviewer_created_at"), "reviews", ["reviewer", "created_at"])
    op.create_table(
        "disputes",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("review", sa.String(36), nullable=False),
        sa.Column("token_sha256", sa.String(64), nullable=False),
        sa.Column("token_expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("objection", sa.Text()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("objected_at", sa.DateTime(timezone=True)),
        sa.Column("outcome", sa.String(16)),
        sa.Column("decided_by", sa.String(36)),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "state IN ('invited', 'open', 'decided')", name=op.f("ck_disputes_state")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["users.id"], name=op.f("fk_disputes_decided_by_users")
        ),
        sa.ForeignKeyConstraint(
            ["review"], ["reviews.id"], name=op.f("fk_disputes_review_reviews")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disputes")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_disputes_token_sha256")),
    )
    op.create_index(op.f("ix_disputes_review"), "disputes", ["review"])
    op.create_index(op.f("ix_disputes_state_created_at"), "disputes", ["state", "created_at"])
    op.create_table(
        "review_behaviors",
        sa.Column("review", sa.String(36), nullable=False),
        sa.Column("start", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tag", sa.String(32), nullable=False),
        sa.Column("stop", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["review"],
            ["reviews.id"],
            name=op.f("fk_review_behaviors_review_reviews"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("review", "start", "tag", name=op.f("pk_review_behaviors")),
    )
    for statement in _APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)
