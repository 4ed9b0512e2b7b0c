"""What can go wrong with the store as a whole; each message is for the operator and says what to do."""


class StorageError(Exception):
    """The database cannot be used; the message says why and what to do."""


class ExposedDatabase(StorageError):
    """Other users of the machine could read the database."""


class NewerSchema(StorageError):
    """The database was written by a later version of this program."""


class AlreadyServing(StorageError):
    """Another process serves from this database."""


class StatementRefused(StorageError):
    """The database took no offence in general but in one statement: a mistake in this program."""


class CannotKeep(StorageError):
    """A file cannot be written beside the database right now: no room, a read-only disk."""


class StorageBroken(StorageError):
    """The disk or the database file is not to be trusted any more; the process must end."""


class StorageClosed(StorageError):
    """The store was closed before this could be written."""
