"""What the check of each lesson's exercise knows."""
