"""A Django project of its own files, as ``startproject`` makes one, run by ``manage.py`` in processes of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.contrib.django.projects import SECRET_KEY
from tests.http.serving import Process
from tests.servers import free_port

START_S = 60
MANAGE = """import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_settings")
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
"""
SETTINGS: dict[str, Any] = {
    "SECRET_KEY": SECRET_KEY,
    "DEBUG": True,
    "ALLOWED_HOSTS": ["*"],
    "USE_TZ": True,
    "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
    "ROOT_URLCONF": "site_urls",
    "INSTALLED_APPS": ["django.contrib.auth", "django.contrib.contenttypes", "groat.contrib.django"],
}
URLS = """from django.urls import include, path
urlpatterns = [path("groat/", include("groat.contrib.django.urls"))]
"""


class Site:
    """A project in a folder; ``manage`` runs its commands."""

    def __init__(self, folder: Path, database: dict[str, Any], **settings: Any) -> None:
        self.folder = folder
        told = {**SETTINGS, "DATABASES": {"default": database}, **settings}
        (folder / "manage.py").write_text(MANAGE)
        (folder / "site_settings.py").write_text(
            "".join(f"{name} = {value!r}\n" for name, value in told.items())
        )
        (folder / "site_urls.py").write_text(URLS)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of its processes: nothing of groat or Django in it."""
        return {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("GROAT", "DJANGO", "JWT_"))
        }

    def manage(self, *words: str, code: int = 0) -> str:
        """Run ``manage.py`` with these words; return what it says."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=START_S,
            check=False,
        )
        assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
        return done.stdout + done.stderr

    @contextmanager
    def live(self, *words: str) -> Iterator[Process]:
        """Run ``manage.py run_socketio`` on a free port."""
        port = free_port()
        process = subprocess.Popen(
            [sys.executable, "manage.py", "run_socketio", "--host", "127.0.0.1", "--port", str(port), *words],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert process.stdout is not None
        try:
            seen = ""
            for line in process.stdout:
                seen += line
                if "groat is live on" in line:
                    break
            else:
                raise AssertionError(f"the live server did not start: {seen}")
            yield Process(process, f"http://127.0.0.1:{port}")
        finally:
            if process.poll() is None:
                process.kill()
            process.wait(START_S)
            process.stdout.close()
