"""What torch does: real layers built, called and checked. No drawing, no widgets."""
