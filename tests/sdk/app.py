"""Make an app on Node: it has the package of these sources, and a server's address and secrets in its environment."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import httpx
import jwt

from tests.e2e.serving import JWT_SECRET, Server

WEB = Path(__file__).parents[2] / "web"


def npm(place: Path, *arguments: str) -> str:
    done = subprocess.run(["npm", *arguments], cwd=place, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def package(place: Path) -> Path:
    """Build @groat/server in a folder of its own, and return that: other tests may use the one in web/."""
    for name in ("package.json", "README.md", "LICENSE"):
        shutil.copy(WEB / "server" / name, place)
    shutil.copytree(WEB / "server" / "generate", place / "generate")
    subprocess.run(["node", "build.mjs", place / "dist"], cwd=WEB / "server", check=True)
    return place


def environment(server: Server) -> dict[str, str]:
    """Make a service's key and the asset CREDIT; the variables with the address, the key and the secret for tokens."""
    url = f"http://127.0.0.1:{server.port}"
    claims = {"sub": "admin", "roles": ["admin"], "exp": time.time() + 60}
    headers = {"Authorization": f"Bearer {jwt.encode(claims, JWT_SECRET)}"}
    with httpx.Client(base_url=url, headers=headers) as admin:
        admin.post("/v1/assets", json={"code": "CREDIT", "scale": 0}).raise_for_status()
        key = admin.post("/v1/api-keys", json={"service": "shop"}).raise_for_status().json()["key"]
    return {**os.environ, "GROAT_URL": url, "GROAT_API_KEY": key, "GROAT_JWT_SECRET": JWT_SECRET}
