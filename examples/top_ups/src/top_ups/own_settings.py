"""The settings of top-ups: ``[options.topups]`` in the settings file."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta


class TopUpSettings(msgspec.Struct, frozen=True):
    """Settings for taking in top-ups."""

    webhook_secret: Annotated[
        str,
        Meta(
            pattern="^$|^(whsec_)?[A-Za-z0-9+/]{16,}={0,2}$",
            description="Secret that the provider signs with, base64; empty: no payment is let in",
        ),
    ] = ""
    receipts_url: Annotated[
        str,
        Meta(
            pattern="^$|^https?://",
            description="Where the provider hears of payments taken in; empty: nowhere",
        ),
    ] = ""
    count_every_s: Annotated[
        float, Meta(ge=0.05, le=3_600, description="How often the payments are counted, seconds")
    ] = 5.0
