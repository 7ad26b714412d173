"""Use an EmotiGram server from Python: ``Client``, and ``AsyncClient`` with the same methods."""

from emotigram.client.asynchronous import AsyncClient
from emotigram.client.calls import CaptionStep, DraftStep, Wishes
from emotigram.client.sync import Client

__all__ = ["AsyncClient", "CaptionStep", "Client", "DraftStep", "Wishes"]
