"""The engine: group commit, expiry of holds, reading of streams, and the facade :class:`groat.Groat`."""
