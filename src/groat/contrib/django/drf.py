"""A view for Django REST framework: ``path("api/groat-token/", GroatTokenView.as_view())``."""

from __future__ import annotations

from typing import Any, ClassVar

from msgspec import to_builtins
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from groat.contrib.django.tokens import make_token


class GroatTokenView(APIView):  # type: ignore[misc]
    """Answers GET and POST with a token for who calls, whatever the project's authentication classes are."""

    permission_classes: ClassVar[list[Any]] = [IsAuthenticated]

    def get(self, request: Any) -> Response:
        """Return ``token``, ``expires_at``, ``user``, ``name`` and ``roles``."""
        return Response(to_builtins(make_token(request.user)), headers={"Cache-Control": "no-store"})

    post = get
