"""The direction explorer: who has read what."""
