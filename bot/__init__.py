"""The alliance assistant: guided journeys, a searchable knowledge base and announcements for associations."""
