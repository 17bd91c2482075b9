"""Live delivery: the hub, the connections, and the protocols they speak."""

from groat.live.limits import LiveLimits
from groat.live.service import Live

__all__ = ["Live", "LiveLimits"]
