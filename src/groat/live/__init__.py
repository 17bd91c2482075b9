"""Live delivery: the hub, the connections, and the protocols they speak."""

from groat.live.limits import Limits
from groat.live.service import Live, live_of

__all__ = ["Limits", "Live", "live_of"]
