"""The steps by which the schema grew, in order. SQL files only."""
