"""What Alembic runs for every command; it only ever works on a connection that is handed to it."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transaction_per_migration=False)
context.run_migrations()
