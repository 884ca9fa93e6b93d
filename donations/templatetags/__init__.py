"""Template tags of donations."""
