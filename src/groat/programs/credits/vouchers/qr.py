"""QR codes as SVG."""

from __future__ import annotations

import io

TEXT_MAX = 1_000


def draw(text: str) -> str:
    """Draw a text of at most :data:`TEXT_MAX` characters as an SVG that scales; it bears a loss of 15 %."""
    # Imported here, because only who prints codes needs it.
    import segno

    out = io.BytesIO()
    segno.make_qr(text, error="m").save(
        out,
        kind="svg",
        xmldecl=False,
        svgns=True,
        omitsize=True,
        border=4,
        light="#fff",
        dark="#000",
        nl=False,
    )
    return out.getvalue().decode()
