"""Run by Alembic: migrate on the connection that `upgrade` brings."""

from alembic import context

from service.storage import tables, workbench_tables  # noqa: F401 - maps every table
from service.storage.base import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
    transactional_ddl=True,  # SQLite too: database.py begins the transaction
)
with context.begin_transaction():
    context.run_migrations()
