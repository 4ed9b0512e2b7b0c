"""Authored files -> content: reading with positions, decoding, checks, loading. Only this room knows YAML."""
