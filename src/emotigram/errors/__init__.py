"""What can go wrong, as one tree of classes under EmotiGramError: a file for each of its branches."""

# ruff: noqa: F403

from emotigram.errors.base import EmotiGramError as EmotiGramError
from emotigram.errors.chat import *
from emotigram.errors.data import *
from emotigram.errors.engines import *
from emotigram.errors.photos import *
from emotigram.errors.requests import *
from emotigram.errors.settings import *
from emotigram.errors.training import *
from emotigram.errors.weights import *
