"""What the front doors for programs share: reading and writing step by step, kept for whoever asked."""
