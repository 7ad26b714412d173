"""A LoRA adapter that gives a captioner the voice of its training captions."""
