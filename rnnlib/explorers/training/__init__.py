"""The training lab: a small recurrent model learns while you watch."""
