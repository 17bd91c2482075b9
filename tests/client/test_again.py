"""Another try has another key, and only where the refusal may pass."""

from __future__ import annotations

import pytest

from groat.client import Problem, again, again_async


class Server:
    """Answers calls by what it was told to answer, key by key."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.keys: list[str] = []
        self.verdicts: dict[str, str] = {}

    def call(self, key: str) -> str:
        self.keys.append(key)
        known = key in self.verdicts
        verdict = self.verdicts.setdefault(key, self.verdicts.get(key) or self.answers.pop(0))
        if verdict == "ok":
            return verdict
        fields = {"retryable_with_new_key": verdict == "insufficient_funds", "replayed": known}
        raise Problem(verdict, 422, "no", fields)

    async def call_async(self, key: str) -> str:
        return self.call(key)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setattr(sys.modules["groat.client.again"], "FIRST_WAIT_S", 0.0)


def test_each_try_has_a_key_made_of_the_first() -> None:
    server = Server("insufficient_funds", "insufficient_funds", "ok")
    assert again(server.call, key="fee") == "ok"
    assert server.keys == ["fee", "fee/try-2", "fee/try-3"]
    # The whole again brings the verdicts of before, and does nothing twice.
    assert again(server.call, key="fee") == "ok"
    assert server.keys[3:] == ["fee", "fee/try-2", "fee/try-3"]


async def test_what_cannot_pass_is_raised_at_once() -> None:
    server = Server("insufficient_funds", "key_reused")
    with pytest.raises(Problem, match="key_reused"):
        await again_async(server.call_async)
    assert len(set(server.keys)) == 2
    with pytest.raises(Problem, match="insufficient_funds"):
        again(Server("insufficient_funds").call, for_s=-1)
    with pytest.raises(ValueError, match="leaves no room"):
        again(server.call, key="k" * 241)
