"""How large is too large: what a run takes in memory and in seconds, before it is begun."""
