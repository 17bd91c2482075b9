"""Log lines are structured and hold no secrets."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from groat.logs import REDACTED, configure
from groat.settings import Settings

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.c2lnbmF0dXJl"


@pytest.fixture(autouse=True)
def keep_logging() -> Iterator[None]:
    """Leave the process's logging as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_ours_and_the_libraries_lines_look_alike(capsys: pytest.CaptureFixture[str]) -> None:
    configure(Settings(log_format="json"))
    structlog.get_logger("groat").info("committed", commands=3)
    logging.getLogger("uvicorn").warning("started on %s", "port 1")
    ours, theirs = lines(capsys)
    assert (ours["event"], ours["commands"], ours["level"]) == ("committed", 3, "info")
    assert (theirs["event"], theirs["level"]) == ("started on port 1", "warning")


def test_the_level_counts(capsys: pytest.CaptureFixture[str]) -> None:
    configure(Settings(log_format="json", log_level="warning"))
    structlog.get_logger("groat").info("unheard")
    structlog.get_logger("groat").warning("heard")
    assert [line["event"] for line in lines(capsys)] == ["heard"]


def test_secrets_are_blanked(capsys: pytest.CaptureFixture[str]) -> None:
    configure(Settings(log_format="json"))
    log = structlog.get_logger("groat")
    log.info(
        "one", token=JWT, password="hunter2", headers={"Authorization": "Bearer abc.def", "Accept": "*/*"}
    )
    log.info(f"connect with {JWT} refused", url="/ws?token=abcdef&x=1", parts=["Bearer abcdef"])
    logging.getLogger("uvicorn").info("GET /notifications?token=%s", "abcdef")
    text = capsys.readouterr().err
    assert not any(secret in text for secret in (JWT, "hunter2", "abc.def", "abcdef"))
    assert text.count(REDACTED) == 7
    assert '"Accept": "*/*"' in text
    assert "token=[redacted]&x=1" in text


def test_tracebacks_are_blanked_too(capsys: pytest.CaptureFixture[str]) -> None:
    configure(Settings(log_format="json"))
    try:
        raise ValueError(f"bad token {JWT}")
    except ValueError:
        structlog.get_logger("groat").exception("failed")
    (line,) = lines(capsys)
    assert "ValueError" in str(line["exception"])
    assert JWT not in str(line)


def test_people_read_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    configure(Settings(log_format="console"))
    structlog.get_logger("groat").info("committed", commands=3)
    assert "commands=3" in capsys.readouterr().err
