"""Find how far the order of batches is final, and the session whose open transaction holds it up.

Batches are numbered while they are written, so the order is final up to the oldest transaction that is still open:
``pg_snapshot_xmin``. That may be any transaction of the server that writes, also one in another database.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

HELD_S: Final = 5.0
"""A transaction that is open for longer is told of; one of groat's own ends before."""

# Each transaction that writes holds a lock on its own number, which everybody may see. What a session of another user
# is doing only members of pg_read_all_stats see. A prepared transaction has no session.
READ_HOLDER: Final = """SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS transaction, coalesce(l.pid, 0) AS pid,
       coalesce(a.application_name, p.gid, '') AS application, coalesce(a.usename, p.owner, '')::text AS user,
       CASE WHEN p.gid IS NULL THEN coalesce(a.state, '') ELSE 'prepared' END AS state,
       coalesce(extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, p.prepared)), 0)::float8 AS age_s
FROM pg_locks AS l
LEFT JOIN pg_stat_activity AS a ON a.pid = l.pid
LEFT JOIN pg_prepared_xacts AS p ON p.transaction = l.transactionid
WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted
  AND l.transactionid = pg_snapshot_xmin(pg_current_snapshot())::xid LIMIT 1"""
"""Read the fields of a :class:`Holder`; no row if no transaction is open."""

_LATER: Final = "(SELECT groat_now() - at FROM groat_later ORDER BY id LIMIT 1)"
READ_ORDER: Final = (
    f"SELECT coalesce({_LATER} / 1e6, 0)::float8, h.*"  # noqa: S608 (constants alone)
    f" FROM (SELECT) AS one LEFT JOIN ({READ_HOLDER}) AS h ON true"
)
"""Read how long (seconds) the first room is waiting to be told, and the fields of a :class:`Holder`, null if none."""


class Holder(NamedTuple):
    """The oldest transaction that is open, and its session.

    ``pid`` is the server process, 0 for a prepared transaction, whose name then stands in ``application``. ``age_s`` is
    how long the transaction is open, in seconds. Fields that the database hides are empty.
    """

    transaction: str
    pid: int
    application: str
    user: str
    state: str
    age_s: float

    def __str__(self) -> str:
        """Tell who it is in words."""
        who = f"pid {self.pid}" if self.pid else "a prepared transaction"
        named = "application_name" if self.pid else "name"
        told = ((named, self.application), ("user", self.user), ("state", self.state))
        shown = ", ".join(f"{name} {value}" for name, value in told if value)
        return f"{who} ({shown})" if shown else who


def holder_of(row: Sequence[Any] | None) -> Holder | None:
    """Make a holder of the fields that were read; None if there is none."""
    return None if row is None or row[0] is None else Holder(*row)
