"""Peers as their own servers run them, each in an environment of its own: nothing of City Eye is imported here."""
