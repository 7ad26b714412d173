"""Words, tags and sentences made of tags."""
