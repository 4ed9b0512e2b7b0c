"""What is kept: the Store with its domain verbs, on a Database that can be replaced. Decides nothing."""
