"""Words that stand in photos."""
