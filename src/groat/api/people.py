"""Find people for a caller. Look-ups by people are limited; those by staff and services are not."""

from __future__ import annotations

from groat.api.call import Call
from groat.api.rights import sees_everything


class Directory:
    """Finds people by user id or e-mail address: those with an account here, or with a balance.

    A person's look-ups are limited, so that nobody learns which addresses are known here by trying many.
    """

    def __init__(self, call: Call) -> None:
        self._call = call

    async def user_of(self, text: str) -> str | None:
        """See :class:`groat.programs.workflow.People`. Raises HttpError ``rate_limited``."""
        call = self._call
        by_email = True
        if not sees_everything(call.identity):
            call.services.lookups.check(call.identity.principal)
            by_email = call.settings.people_found_by == "email"
        return await call.identities.user_of(text, by_email=by_email)
