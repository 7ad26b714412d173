"""Measure the engines on labelled data: captions and sentiment, by published metrics, as a report in a folder.

Everything here needs the extra ``evaluate`` (``pip install "emotigram[evaluate]"``) and is imported by nothing else.
"""
