"""``manage.py`` of the bank, in a process that dies right after a commit, before Django tells anybody of it.

It does so once the file that ``BANK_DIES`` names is there.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from django.core.management import execute_from_command_line
from django.db.backends.base.base import BaseDatabaseWrapper

hooks = BaseDatabaseWrapper.run_and_clear_commit_hooks


def die_before_hooks(connection: BaseDatabaseWrapper) -> None:
    if connection.run_on_commit and Path(os.environ["BANK_DIES"]).exists():
        os.kill(os.getpid(), signal.SIGKILL)
    hooks(connection)


if __name__ == "__main__":
    setattr(BaseDatabaseWrapper, "run_and_clear_commit_hooks", die_before_hooks)  # noqa: B010
    sys.path.insert(0, str(Path.cwd()))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bank.settings")
    execute_from_command_line(sys.argv)
