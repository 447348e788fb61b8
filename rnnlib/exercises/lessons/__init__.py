"""A module a lesson: its exercise done right, and the usual slips told apart."""
