"""For Django REST framework: a view that gives tokens, and answers to what the ledger refuses."""

from __future__ import annotations

from typing import Any, ClassVar

from msgspec import to_builtins
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView, set_rollback
from rest_framework.views import exception_handler as answer_others

from groat.contrib.django.blocks import Busy
from groat.contrib.django.tokens import make_token
from groat.ledger.errors import InvalidInput, Refused
from groat.programs.notifications.errors import NotificationError
from groat.programs.workflow.codes import RequestError


class GroatTokenView(APIView):  # type: ignore[misc]
    """Answers GET and POST with a token for who calls, whatever the project's authentication classes are."""

    permission_classes: ClassVar[list[Any]] = [IsAuthenticated]

    def get(self, request: Any) -> Response:
        """Return ``token``, ``expires_at``, ``user``, ``name`` and ``roles``."""
        return Response(to_builtins(make_token(request.user)), headers={"Cache-Control": "no-store"})

    post = get


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer what the ledger says of a call with ``code``, ``detail`` and further fields, others as the framework does.

    That is a refusal, input that cannot become a command, a request or a notification, and Busy.

    Name it in the project's settings: ``REST_FRAMEWORK["EXCEPTION_HANDLER"]``.
    """
    if not isinstance(error, Refused | InvalidInput | RequestError | NotificationError | Busy):
        answer: Response | None = answer_others(error, context)
        return answer
    set_rollback()
    headers = {"Retry-After": "1"} if isinstance(error, Busy) else None
    told = {**error.fields, "code": error.code, "detail": error.detail}
    return Response(told, error.status, headers=headers)
