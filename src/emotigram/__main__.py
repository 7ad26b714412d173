"""Run as ``python -m emotigram``."""

from emotigram.apps.cli.main import main

main()
