"""A checkup's report as a picture: what was asked, what was seen, what is wrong and what to write."""
