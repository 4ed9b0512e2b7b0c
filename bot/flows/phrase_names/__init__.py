"""Which standing phrases exist and which holes each may have, a file a subject. The French is in YAML."""
