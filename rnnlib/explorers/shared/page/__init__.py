"""An explorer as a page of its own: alive in any browser, with no kernel."""
