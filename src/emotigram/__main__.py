"""Run as ``python -m emotigram``."""

from emotigram.apps.cli import main

main()
