"""Authored files -> content: reading with positions, decoding, checks, loading. The only room that knows YAML."""
