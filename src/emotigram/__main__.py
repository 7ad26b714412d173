"""``python -m emotigram`` is the command line."""

from emotigram.apps.cli import main

if __name__ == "__main__":
    main()
