"""How long a layer takes, by torch's own benchmark."""
