"""Use an EmotiGram server from Python: ``Client``, and ``AsyncClient`` with the same methods."""

from emotigram.client.asynchronous import AsyncClient
from emotigram.client.calls import CaptionStep, DraftStep
from emotigram.client.sync import Client
from emotigram.domain import Wishes

__all__ = ["AsyncClient", "CaptionStep", "Client", "DraftStep", "Wishes"]
