"""Real rows as an exported model takes them: from ids and pixels, whatever training had looked at before."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from emotigram.settings import Settings
from emotigram.training.multimodal.build import Built
from emotigram.training.multimodal.data import Dataset
from emotigram.training.multimodal.image_encoders import ImageEncoder, QFormerImage
from emotigram.training.multimodal.rows import photo_pixels
from emotigram.training.multimodal.text_encoders import padded

Inputs = tuple[Tensor, Tensor, Tensor]  # input_ids (n, length), attention_mask (n, length), image
_ROWS = 6


def contract_inputs(built: Built, data: Dataset, rows: list[int], settings: Settings) -> Inputs:
    """Input ids, mask and image of held-out rows, by their place in ``data.held_out``; raises DataPhoto."""
    ids, mask = padded([built.held_out.words[row] for row in rows])
    encoder, seen = built.model.image_encoder, built.held_out.images
    if isinstance(seen, list):
        return ids, mask, padded([seen[row] for row in rows])[0]
    if isinstance(encoder, QFormerImage):
        return ids, mask, seen[rows].float()  # what it saw is what it takes
    if not isinstance(encoder, ImageEncoder):
        raise TypeError(f"photos were looked at, but the image encoder is {type(encoder).__name__}")
    return ids, mask, photo_pixels(encoder, data, [data.held_out[row] for row in rows], settings)


def picked_rows(built: Built) -> list[int]:
    """Held-out rows from the shortest text to the longest."""
    order = np.argsort([len(words) for words in built.held_out.words], kind="stable")
    places = np.linspace(0, len(order) - 1, min(_ROWS, len(order))).round().astype(int)
    return [int(order[place]) for place in places]


def batches_to_compare(inputs: Inputs) -> Iterator[Inputs]:
    """All rows, with two more that lack a text and an image; the shortest alone; those two alone."""
    ids, mask, image = inputs
    no_text, no_mask = torch.zeros_like(ids[-1:]), torch.zeros_like(mask[-1:])
    yield (
        torch.cat([ids, no_text, ids[-1:]]),
        torch.cat([mask, no_mask, mask[-1:]]),
        torch.cat([image, image[-1:], torch.zeros_like(image[-1:])]),
    )
    shortest = max(1, int(mask[0].cumsum(0).argmax()) + 1)
    yield ids[:1, :shortest], mask[:1, :shortest], image[:1]
    yield torch.zeros(1, 1, dtype=torch.int64), torch.zeros(1, 1, dtype=torch.int64), image[-1:]
    yield ids[-1:], mask[-1:], torch.zeros_like(image[-1:])
