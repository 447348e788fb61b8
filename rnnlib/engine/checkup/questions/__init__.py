"""What a checkup asks: an experiment each, and the finding that it ends in."""
