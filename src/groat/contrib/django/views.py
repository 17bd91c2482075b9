"""Views for front ends: a token from Django's own session login."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_cookie
from msgspec import to_builtins

from groat.contrib.django.tokens import make_token


@require_http_methods(["GET", "POST"])
@never_cache
@vary_on_cookie
def token(request: HttpRequest) -> JsonResponse:
    """Answer with a token for who is signed in: ``token``, ``expires_at``, ``user``, ``name``, ``roles``.

    GET and POST do the same; a POST needs Django's CSRF token. 401 with the code ``unauthenticated`` for nobody.
    """
    if not request.user.is_authenticated:
        detail = "Sign in first: the token is made for the user of the session."
        return JsonResponse({"code": "unauthenticated", "detail": detail}, status=401)
    return JsonResponse(to_builtins(make_token(request.user)))
