"""Several tabs of one browser: one of them holds the connection, the others follow it and take over when it goes."""

from playwright.sync_api import expect

from tests.e2e.conftest import NewScreen
from tests.e2e.serving import Server

TOGETHER = 30


def test_the_second_tab_follows_without_a_connection_of_its_own(
    server: Server, new_screen: NewScreen
) -> None:
    leader = new_screen("42")
    leader.has_state("live")
    follower = new_screen(context=leader.page.context)
    follower.has_state("live")
    assert (leader.open_sockets, follower.open_sockets) == (1, 0)
    assert "shared with another tab" in follower.transport()
    assert "shared with another tab" not in leader.transport()

    before = int(server.balance("42"))
    server.credit("42", 50)
    for screen in (leader, follower):
        screen.shows(before + 50)
        assert screen.witness()["values"] == [str(before), str(before + 50)]
    # The second tab saw it happen, so there it rolled too.
    assert follower.witness()["rolls"] == 1
    assert (len(leader.sockets), len(follower.sockets)) == (1, 0)


def test_when_the_leader_closes_the_follower_takes_over(server: Server, new_screen: NewScreen) -> None:
    leader = new_screen("7")
    leader.has_state("live")
    followers = [new_screen(context=leader.page.context) for _ in range(2)]
    for follower in followers:
        follower.has_state("live")
    before = int(server.balance("7"))

    # Half of it is given while there is no connection, or a dying one.
    for _ in range(TOGETHER // 2):
        server.credit("7", 1, "During the change")
    leader.page.close()
    for _ in range(TOGETHER // 2):
        server.credit("7", 1, "During the change")
    for follower in followers:
        follower.shows(before + TOGETHER)
        values = [int(value) for value in follower.witness()["values"]]
        assert values == sorted(set(values)), "the number went back, or moved without a change"
        expect(follower.page.get_by_test_id("entry").filter(has_text="During the change")).to_have_count(
            TOGETHER
        )
        follower.has_state("live")
    assert sorted(follower.open_sockets for follower in followers) == [0, 1]

    server.credit("7", 5, "Afterwards")
    for follower in followers:
        follower.shows(before + TOGETHER + 5)
        assert follower.witness()["values"][-2:] == [str(before + TOGETHER), str(before + TOGETHER + 5)]


def test_a_spend_in_one_tab_is_in_the_other_once(server: Server, new_screen: NewScreen) -> None:
    leader = new_screen("11")
    leader.has_state("live")
    follower = new_screen(context=leader.page.context)
    follower.has_state("live")
    before = int(server.balance("11"))
    form = follower.page.get_by_test_id("actions")
    form.get_by_label("Amount").fill("3")
    form.get_by_role("button", name="Spend").click()
    for screen in (leader, follower):
        screen.shows(before - 3)
        assert screen.witness()["values"] == [str(before), str(before - 3)]
    assert server.balance("11") == str(before - 3)
