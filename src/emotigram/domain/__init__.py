"""The nouns: Photo -> Reading -> Brief -> Post. Frozen, without heavy imports."""

# ruff: noqa: F403

from emotigram.domain.affect import *
from emotigram.domain.choices import *
from emotigram.domain.photos import *
from emotigram.domain.posts import *
from emotigram.domain.providers import *
from emotigram.domain.readings import *
