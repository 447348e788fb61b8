"""What a lecturer takes to class, built from the lessons."""
