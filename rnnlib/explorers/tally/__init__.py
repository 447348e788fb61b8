"""A room's answers, counted by slip."""
