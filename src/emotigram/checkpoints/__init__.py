"""Loading torch models on a device."""
