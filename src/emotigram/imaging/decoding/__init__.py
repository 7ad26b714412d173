"""Decoding in processes of its own, which can be killed: strangers' bytes meet no decoder in the process that serves.

``pool`` and ``budget`` stand on this side; ``worker`` is the other process, and what it imports: it must stay light.
"""
