"""What you touch: sliders to spec, spec to engine, engine to view. One explorer a file."""
