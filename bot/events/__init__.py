"""What an event, an announcement and an audience are. Pure: no storage, no channel."""
