"""OpenAI-compatible chat servers: where they are, how they are asked and what went wrong."""
