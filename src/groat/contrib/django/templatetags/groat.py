"""``{% load groat %}``, then ``{% groat_token %}``."""

from __future__ import annotations

from typing import Any

from django import template

register = template.Library()


@register.simple_tag(takes_context=True)
def groat_token(context: template.Context) -> str:
    """Return a token for the user of the request, "" for nobody. The page that has it must not be cached."""
    request: Any = context.get("request")
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or not user.is_active:
        return ""
    # Django's checks load this file for every command.
    from groat.contrib.django.tokens import token_for

    return token_for(user)
