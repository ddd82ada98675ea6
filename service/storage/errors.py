"""What can go wrong with the database."""


class StorageError(Exception):
    """The database cannot be used now. Scoring goes on; what is to be stored is refused."""


class OutdatedError(StorageError):
    """The database has not the tables of this version; the message names the command."""
