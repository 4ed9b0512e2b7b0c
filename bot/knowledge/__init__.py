"""What knowledge/*.yaml means: entries, reading texts, the index, the verdict, matching typed choices."""
