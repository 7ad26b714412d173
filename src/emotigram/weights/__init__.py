"""Weights that do not come with the package: where they lie, whether they are whole, how they are fetched."""
