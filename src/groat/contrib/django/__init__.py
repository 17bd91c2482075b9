"""groat as a Django app: ``INSTALLED_APPS += ["groat.contrib.django"]``, and the words for its code.

``from groat.contrib.django import groat``, then ``groat.post(...)`` in views, tasks and commands.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from groat.contrib.django.words import groat as groat

__all__ = ["groat"]


def __getattr__(name: str) -> Any:
    # Django imports this package before its settings need be complete.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from groat.contrib.django.words import groat

    return groat
