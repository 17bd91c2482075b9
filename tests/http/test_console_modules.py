"""Console modules of programs: served from their package alone, by digest, under the console's policy."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from groat.http.app import App, create_app
from groat.programs import ConsoleModule, Program, ProgramError
from groat.settings import Settings
from tests.http.conftest import SECRET, code

PAGE = re.compile(
    r'<script type="importmap">(.*?)</script>(?:<script type="application/json" id="modules">(.*?)</script>)?'
)
FILES = {
    "module.js": b"import './part.js';\nexport default {};",
    "part.js": b"export const a = 1;" * 40,
    "look/module.css": b".plain-a { color: red }",
    "look/coin.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
}  # fmt: skip


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    """A package with a built module in its folder `console`, and a file beside that folder."""
    name = "package_of_" + hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:8]
    package = tmp_path / name
    for path, body in FILES.items():
        (package / "console" / path).parent.mkdir(parents=True, exist_ok=True)
        (package / "console" / path).write_bytes(body)
    (package / "__init__.py").write_text("SECRET = 'secret'")
    (tmp_path / "outside.js").write_text("secret")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, name, raising=False)
    return package


def served(monkeypatch: pytest.MonkeyPatch, *programs: Program) -> App:
    """A server with these programs turned on."""
    monkeypatch.setattr("groat.http.app.find_programs", lambda _: list(programs))
    return create_app(Settings(secret=SECRET, jwt_secret=SECRET))


async def get(app: Any, path: str, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://groat.test") as client:
        return await client.get(path, headers=headers)


async def page_of(app: App) -> tuple[httpx.Response, dict[str, Any], list[dict[str, Any]]]:
    """The console's page, its import map, and its list of modules."""
    page = await get(app, "/")
    found = PAGE.search(page.text)
    assert found is not None, "the console is not built: make web"
    return page, json.loads(found[1]), json.loads(found[2] or "[]")


def digest(algorithm: str, body: bytes) -> str:
    return f"{algorithm}-{base64.b64encode(hashlib.new(algorithm, body).digest()).decode()}"


async def test_the_policy_allows_the_import_map_by_its_hash(
    monkeypatch: pytest.MonkeyPatch, package: Path
) -> None:
    module = ConsoleModule(package.name, "console", style="look/module.css")
    for app in (served(monkeypatch), served(monkeypatch, Program("plain", console=module))):
        page, import_map, _ = await page_of(app)
        found = PAGE.search(page.text)
        assert found is not None
        policy = page.headers["content-security-policy"]
        assert f"script-src 'self' '{digest('sha256', found[1].encode())}';" in policy
        assert "unsafe" not in policy.split("style-src")[0]
        assert set(import_map["imports"]) == {
            "react", "react/jsx-runtime", "react-dom", "@groat/client", "@groat/react", "@groat/console",
        }  # fmt: skip
        for address in import_map["imports"].values():
            assert address.startswith("/console/shared/")
            shared = await get(app, address)
            assert shared.status_code == 200
            assert shared.headers["content-type"] == "text/javascript; charset=utf-8"
            assert shared.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_a_module_is_listed_and_served_by_digest(
    monkeypatch: pytest.MonkeyPatch, package: Path
) -> None:
    module = ConsoleModule(package.name, "console", style="look/module.css")
    app = served(monkeypatch, Program("plain", console=module))
    _, import_map, [listed] = await page_of(app)
    assert listed["program"] == "plain"
    folder = listed["script"].removesuffix("module.js")
    assert re.fullmatch("/console/modules/plain/[0-9a-f]{32}/", folder)
    assert listed["style"] == {
        "href": f"{folder}look/module.css",
        "integrity": digest("sha384", FILES["look/module.css"]),
    }
    assert import_map["integrity"] == {
        f"{folder}{name}": digest("sha384", FILES[name]) for name in ("module.js", "part.js")
    }
    kinds = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8", "svg": "image/svg+xml"}
    for name, body in FILES.items():
        answer = await get(app, folder + name)
        assert (answer.status_code, answer.content) == (200, body)
        assert answer.headers["content-type"] == kinds[name.rsplit(".")[-1]]
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert (await get(app, f"{folder}part.js", **{"accept-encoding": "gzip"})).headers[
        "content-encoding"
    ] == "gzip"
    etag = (await get(app, f"{folder}part.js")).headers["etag"]
    assert (await get(app, f"{folder}part.js", **{"if-none-match": etag})).status_code == 304


async def test_another_file_is_another_address(monkeypatch: pytest.MonkeyPatch, package: Path) -> None:
    module = ConsoleModule(package.name, "console")
    app = served(monkeypatch, Program("plain", console=module))
    _, _, [before] = await page_of(app)
    (package / "console" / "part.js").write_text("export const a = 2;")
    # A server serves what it has read when it started: the digests in its page stay true.
    assert (await get(app, before["script"].replace("module.js", "part.js"))).content == FILES["part.js"]
    newer = served(monkeypatch, Program("plain", console=module))
    _, _, [after] = await page_of(newer)
    assert after["script"] != before["script"]
    assert code(await get(newer, before["script"])) == "not_found"


async def test_nothing_but_the_folder_of_a_program_that_is_on_is_served(
    monkeypatch: pytest.MonkeyPatch, package: Path
) -> None:
    app = served(monkeypatch, Program("plain", console=ConsoleModule(package.name, "console")))
    _, _, [listed] = await page_of(app)
    folder = listed["script"].removesuffix("module.js")
    for path in (
        f"{folder}../../../../__init__.py",
        f"{folder}../__init__.py",
        f"{folder}%2e%2e/__init__.py",
        f"{folder}__init__.py",
        f"{folder}none.js",
        f"{folder}",
        "/console/modules/plain/module.js",
        "/console/modules/",
        "/console/shared/none.js",
    ):
        answer = await get(app, path)
        assert "secret" not in answer.text
        assert code(answer) == "not_found"
    other = served(monkeypatch)
    assert code(await get(other, listed["script"])) == "not_found"
    _, import_map, modules = await page_of(other)
    assert (modules, "integrity" in import_map) == ([], False)


@pytest.mark.parametrize(
    ("folder", "options", "told"),
    [
        ("../outside", {}, "inside its package"),
        ("console/../..", {}, "inside its package"),
        ("/etc", {}, "inside its package"),
        ("", {}, "inside its package"),
        ("none", {}, "build the console module first"),
        ("console", {"script": "none.js"}, "no .js file 'none.js'"),
        ("console", {"script": "../../outside.js"}, "no .js file"),
        ("console", {"script": "https://example.com/module.js"}, "no .js file"),
        ("console", {"script": "look/coin.svg"}, "no .js file"),
        ("console", {"style": "module.js"}, "no .css file"),
    ],
)
def test_what_is_not_in_the_package_is_refused(
    monkeypatch: pytest.MonkeyPatch, package: Path, folder: str, options: dict[str, str], told: str
) -> None:
    with pytest.raises(ProgramError, match=re.escape(told)) as caught:
        served(monkeypatch, Program("plain", console=ConsoleModule(package.name, folder, **options)))
    assert caught.value.code == "console_module_invalid"


def test_links_out_of_the_package_and_other_files_are_refused(
    monkeypatch: pytest.MonkeyPatch, package: Path, tmp_path: Path
) -> None:
    program = Program("plain", console=ConsoleModule(package.name, "console"))
    link = package / "console" / "link.js"
    link.symlink_to(tmp_path / "outside.js")
    with pytest.raises(ProgramError, match="leads out of its package"):
        served(monkeypatch, program)
    link.unlink()
    for name in ("page.html", "module.py", "a b.js", "ä.js", ".hidden.js"):
        other = package / "console" / name
        other.write_text("secret")
        with pytest.raises(ProgramError, match="cannot be served"):
            served(monkeypatch, program)
        other.unlink()
    with pytest.raises(ProgramError, match="no installed package 'nobody_has_this'"):
        served(monkeypatch, Program("plain", console=ConsoleModule("nobody_has_this", "console")))


async def test_no_text_ends_the_list(monkeypatch: pytest.MonkeyPatch, package: Path) -> None:
    module = ConsoleModule(package.name, "console")
    page, _, [listed] = await page_of(served(monkeypatch, Program("</script><b>", console=module)))
    assert listed["program"] == "</script><b>"
    assert "<b>" not in page.text
