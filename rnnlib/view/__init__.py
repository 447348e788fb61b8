"""What it looks like: plain data in, picture out. No torch."""
