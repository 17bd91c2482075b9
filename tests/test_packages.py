"""The npm packages as an app gets them: installed from their tarballs into a new project, without a network."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

WEB = Path(__file__).parent.parent / "web"
MODULES = WEB / "node_modules"
LICENSE = (WEB.parent / "LICENSE").read_text("utf-8")
NAMES = ("@groat/client", "@groat/react")
OF_APP = ("react", "react-dom")


def npm(place: Path, *arguments: str) -> str:
    done = subprocess.run(["npm", *arguments], cwd=place, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def manifest(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "package.json").read_text("utf-8"))
    return found


def needed() -> set[str]:
    """The packages of others that an app with ours needs, as they stand in web/node_modules."""
    wanted = [*OF_APP, *(name for own in ("client", "react") for name in manifest(WEB / own)["dependencies"])]
    found: set[str] = set()
    while wanted:
        name = wanted.pop()
        if name not in found:
            found.add(name)
            wanted += manifest(MODULES / name).get("dependencies", {})
    return found


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project into which npm installed our tarballs, and those of what they need."""
    place = tmp_path_factory.mktemp("app")
    for name in ("client", "react"):
        # They are built whenever the console is; what is here may be of an earlier state of the sources.
        npm(WEB, "run", "--silent", "build", "-w", name)
    ours = npm(
        WEB, "pack", "--silent", "--pack-destination", str(place), "-w", "client", "-w", "react"
    ).split()
    others = npm(
        place, "pack", "--silent", "--ignore-scripts", *(str(MODULES / name) for name in sorted(needed()))
    ).split()
    (place / "package.json").write_text(json.dumps({"name": "app", "private": True, "type": "module"}))
    options = ("--offline", "--ignore-scripts", "--no-audit", "--no-fund", "--no-save")
    npm(place, "install", *options, *(f"./{tarball}" for tarball in (*others, *ours)))
    return place


@pytest.mark.parametrize("name", NAMES)
def test_a_package_says_what_it_is(app: Path, name: str) -> None:
    folder = app / "node_modules" / name
    said = manifest(folder)
    assert said["license"] == "Apache-2.0"
    assert (folder / "LICENSE").read_text("utf-8") == LICENSE
    assert name in (folder / "README.md").read_text("utf-8")
    assert "origins" in (folder / "README.md").read_text("utf-8")
    assert said["repository"]["directory"] == f"web/{name.partition('/')[2]}"
    assert not list(folder.glob("node_modules"))


def test_an_app_has_one_client() -> None:
    said = manifest(WEB / "react")
    assert "@groat/client" in said["peerDependencies"]
    assert "@groat/client" not in said["dependencies"]


@pytest.mark.parametrize("name", NAMES)
def test_source_maps_resolve(app: Path, name: str) -> None:
    dist = app / "node_modules" / name / "dist"
    scripts = sorted(dist.rglob("*.js"))
    assert scripts
    for script in scripts:
        mark = script.read_text("utf-8").rpartition("//# sourceMappingURL=")[2].strip()
        found = json.loads((script.parent / mark).read_text("utf-8"))
        assert len(found["sources"]) == len(found["sourcesContent"]) >= 1
        assert all(found["sourcesContent"]), script
        source = found["sourcesContent"][0]
        assert source == (WEB / name.partition("/")[2] / "src" / script.relative_to(dist).parent / Path(
            found["sources"][0]).name).read_text("utf-8")  # fmt: skip


def test_components_and_hooks_are_for_the_client(app: Path) -> None:
    dist = app / "node_modules" / "@groat" / "react" / "dist"
    scripts = [
        s for s in dist.glob("*.js") if s.name.startswith("use-") or "react/jsx-runtime" in s.read_text()
    ]
    assert {"provider.js", "credits-display.js", "use-spend.js"} <= {script.name for script in scripts}
    for script in dist.glob("*.js"):
        text = script.read_text("utf-8")
        if script in scripts or 'from "react"' in text:
            assert text.startswith('"use client";'), script.name


RENDER = """
import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { createGroat } from "@groat/client";
import * as testing from "@groat/client/testing";
import * as react from "@groat/react";
import { CreditsDisplay, GroatProvider } from "@groat/react";

const html = renderToString(createElement(GroatProvider, null, createElement(CreditsDisplay, { showLabel: true })));
const names = Object.keys(react);
console.log(JSON.stringify({ html, names, testing: Object.keys(testing), create: typeof createGroat }));
"""


def test_node_imports_and_renders_them(app: Path) -> None:
    script = app / "render.mjs"
    script.write_text(RENDER)
    done = subprocess.run(["node", script], cwd=app, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert "groat" in said["html"]
    assert {"GroatProvider", "CreditsDisplay", "useSpend", "useBalance"} <= set(said["names"])
    assert said["testing"]
    assert said["create"] == "function"


def test_vite_bundles_them_for_a_browser(app: Path) -> None:
    (app / "main.jsx").write_text(
        'import { createRoot } from "react-dom/client";\n'
        'import { CreditsDisplay, GroatProvider } from "@groat/react";\n'
        'import "@groat/react/groat.css";\n'
        "createRoot(document.body).render(<GroatProvider><CreditsDisplay showLabel /></GroatProvider>);\n"
    )
    (app / "index.html").write_text('<!doctype html><script type="module" src="/main.jsx"></script>')
    (app / "build.mjs").write_text(
        f'import {{ build }} from "{MODULES.as_uri()}/vite/dist/node/index.js";\n'
        'await build({ root: ".", logLevel: "warn", configFile: false, build: { outDir: "out", sourcemap: true } });\n'
    )
    done = subprocess.run(["node", "build.mjs"], cwd=app, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (script,) = (app / "out" / "assets").glob("*.js")
    assert "connection/websocket" in script.read_text("utf-8")
    assert list((app / "out" / "assets").glob("*.css"))


TYPED = """
import { createGroat, type Groat } from "@groat/client";
import { CreditsDisplay, useBalance } from "@groat/react";
const groat: Groat = createGroat({ url: "https://credits.example.com" });
export const shown = [groat, CreditsDisplay, useBalance];
"""


def test_their_types_are_found(app: Path) -> None:
    (app / "typed.ts").write_text(TYPED)
    options = (
        "--noEmit",
        "--strict",
        "--skipLibCheck",
        "--module",
        "esnext",
        "--moduleResolution",
        "bundler",
    )
    types = (
        "--typeRoots",
        str(MODULES / "@types"),
        "--types",
        "react",
        "--jsx",
        "react-jsx",
        "--target",
        "es2022",
    )
    done = subprocess.run(
        ["node", str(MODULES / "typescript" / "bin" / "tsc"), *options, *types, "typed.ts"],
        cwd=app, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_the_consoles_package_has_the_types_of_what_it_shares_alone(tmp_path: Path) -> None:
    npm(WEB, "run", "--silent", "build", "-w", "module")
    [packed] = json.loads(npm(WEB, "pack", "--json", "--pack-destination", str(tmp_path), "-w", "module"))
    files = {file["path"] for file in packed["files"]}
    assert files == {"LICENSE", "README.md", "package.json"} | {
        f"dist/{name}.d.ts" for name in ("answer", "console", "link", "place", "program", "table")
    }
    # Each import leads to a file of the package, or to one that an author has.
    for name in files:
        if name.endswith(".d.ts"):
            text = (WEB / "module" / name).read_text("utf-8")
            for found in re.findall(r'from "([^"]+)"', text):
                assert (
                    found in ("react", "@groat/client", "@groat/react") or f"dist/{found[2:-3]}.d.ts" in files
                )
