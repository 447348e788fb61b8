"""Is a model of the learner's own silently wrong? Change one thing that goes in, and see what moves."""
