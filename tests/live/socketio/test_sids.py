"""Session ids name their worker, and nobody but a node of the cluster can make one."""

from __future__ import annotations

import random
import string
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest

from groat.live.socketio.sids import SID_LENGTH, Owner, Sids, derived_key, new_name
from tests.helpers.secrets import JWT_SECRET, SECRET

HERE = Owner(new_name(), new_name())
SIDS = Sids(SECRET, HERE)


def test_every_node_reads_whose_session_it_is() -> None:
    sid = SIDS.make()
    assert Sids(SECRET, Owner(new_name(), new_name())).owner(sid) == SIDS.owner(sid) == HERE
    assert len(sid) == SID_LENGTH == 64
    assert set(sid) <= set(string.ascii_letters + string.digits + "-_")


def test_no_id_comes_twice() -> None:
    assert len({SIDS.make() for _ in range(1_000)}) == 1_000


def test_a_foreign_cluster_s_id_is_nobody_s() -> None:
    assert SIDS.owner(Sids(JWT_SECRET, HERE).make()) is None


def test_without_a_secret_ids_are_those_of_one_process() -> None:
    alone = Sids("", HERE)
    assert alone.owner(alone.make()) == HERE
    assert Sids("", HERE).owner(alone.make()) is None


def test_a_changed_bit_makes_an_id_nobody_s() -> None:
    raw = urlsafe_b64decode(SIDS.make())
    for bit in range(8 * len(raw)):
        changed = bytearray(raw)
        changed[bit // 8] ^= 1 << bit % 8
        assert SIDS.owner(urlsafe_b64encode(changed).decode()) is None


@pytest.mark.parametrize("sid", ["", "x", "A" * 64, "é" * 64, "\0" * 64, "=" * 64, "A" * 65, "A" * 1_000_000])
def test_other_texts_are_nobody_s(sid: str) -> None:
    assert SIDS.owner(sid) is None


def test_an_id_has_one_spelling() -> None:
    sid = next(sid for sid in iter(SIDS.make, None) if "-" in sid or "_" in sid)
    assert SIDS.owner(sid.replace("-", "+").replace("_", "/")) is None
    for other in (sid + "=", sid + "\n", sid[:-4] + "\n" * 4, " " + sid, sid.swapcase()):
        assert SIDS.owner(other) is None


def test_an_owner_cannot_be_grafted_onto_an_id() -> None:
    """The names of one id with the rest of another are no id."""
    other = Sids(SECRET, Owner(new_name(), new_name()))
    one, two = urlsafe_b64decode(SIDS.make()), urlsafe_b64decode(other.make())
    for cut in (8, 16, 32):
        assert SIDS.owner(urlsafe_b64encode(one[:cut] + two[cut:]).decode()) is None


def test_random_texts_are_nobody_s() -> None:
    seed = 11
    print(f"seed {seed}")
    dice = random.Random(seed)
    letters = string.ascii_letters + string.digits + "-_"
    assert not any(SIDS.owner("".join(dice.choices(letters, k=SID_LENGTH))) for _ in range(1_000))


def test_keys_of_different_purposes_differ() -> None:
    keys = {derived_key(SECRET, "a"), derived_key(SECRET, "b"), derived_key(JWT_SECRET, "a")}
    assert len(keys) == 3
    assert {len(key) for key in keys} == {32}
