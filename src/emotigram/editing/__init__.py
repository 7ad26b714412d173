"""Text tools that whoever words something shares: cleaning, counting, cutting, languages, repetition."""
