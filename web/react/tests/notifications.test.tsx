import { act, fireEvent, screen } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { useBalance, useNotifications, useToasts, useUnread } from "../src/index.js";
import { page } from "./help.js";

const it = page();
const text = (id: string) => screen.getByTestId(id).textContent;

function Inbox({ limit = 50 }: { limit?: number }) {
  const { items, unread, hasMore, loadMore, markRead, markAllRead, error } = useNotifications({ limit });
  return (
    <>
      <p data-testid="unread">{unread}</p>
      <p data-testid="error">{error?.code ?? "fine"}</p>
      <ul data-testid="items">
        {items.map((item) => (
          <li key={item.id}>
            <button type="button" onClick={() => markRead({ ids: [item.id] })}>
              {`${item.title}${item.read ? "" : "*"} `}
            </button>
          </li>
        ))}
      </ul>
      {hasMore && (
        <button type="button" onClick={loadMore}>
          more
        </button>
      )}
      <button type="button" onClick={markAllRead}>
        all
      </button>
    </>
  );
}

async function press(name: string) {
  fireEvent.click(screen.getByRole("button", { name }));
  await it.pass(100);
}

describe("useNotifications", () => {
  test("shows what is there, what comes, and what is read here", async () => {
    it.server.notify("user:42", "one");
    await it.show(<Inbox />);
    it.server.notify("all", "two");
    await it.pass(100);
    expect([text("items"), text("unread")]).toEqual(["two* one* ", "2"]);
    await press("one*");
    expect([text("items"), text("unread")]).toEqual(["two* one ", "1"]);
    await press("all");
    expect([text("items"), text("unread")]).toEqual(["two one ", "0"]);
  });

  test("pages back to the first one, each once, and live ones stay on top", async () => {
    for (let n = 1; n <= 60; n += 1) {
      it.server.notify("user:42", `${n}`);
      await it.pass(1);
    }
    await it.show(<Inbox limit={25} />);
    const shown = () => (text("items") ?? "").trim().split(" ").map(Number.parseFloat);
    expect(shown()).toEqual(Array.from({ length: 20 }, (_, index) => 60 - index));
    await press("more");
    await press("more");
    it.server.notify("user:42", "61");
    await it.pass(100);
    // The page before this one begins where it began before "61" came; nothing is shown twice for that.
    await press("more");
    expect(shown()).toEqual(Array.from({ length: 61 }, (_, index) => 61 - index));
    expect(screen.queryByRole("button", { name: "more" })).toBeNull();
    await press("all");
    expect(text("items")).not.toContain("*");
  });

  test("says what went wrong, and tries again", async () => {
    for (let n = 0; n < 20; n += 1) it.server.notify("user:42", `${n}`);
    await it.pass(10);
    it.server.notify("user:42", "one");
    await it.show(<Inbox />);
    it.server.refuseNext("GET /v1/notifications", 403, "forbidden");
    await press("more");
    expect(text("error")).toBe("forbidden");
    it.server.refuseNext("POST /v1/notifications/read", 404, "notification_not_found");
    await press("one*");
    expect([text("error"), text("unread")]).toEqual(["notification_not_found", "21"]);
    await press("one*");
    expect([text("error"), text("unread")]).toEqual(["fine", "20"]);
  });

  test("nothing of a former person stays", async () => {
    it.server.addUser("7", {});
    it.server.notify("user:42", "one");
    await it.show(<Inbox />);
    expect(screen.queryByRole("button", { name: "more" })).toBeNull();
    await act(() => it.groat.login({ user: "7", password: "x" }));
    await it.pass(1_500);
    expect([text("items"), text("unread")]).toEqual(["", "0"]);
  });
});

test("useUnread and useBalance render again only for what is theirs", async () => {
  const renders: string[] = [];
  function Badge() {
    renders.push("badge");
    return <p data-testid="badge">{useUnread()}</p>;
  }
  function Credits() {
    renders.push("credits");
    return <p data-testid="credits">{useBalance().amount}</p>;
  }
  await it.show(
    <>
      <Badge />
      <Credits />
    </>,
  );
  renders.length = 0;
  it.server.notify("user:42", "one");
  await it.pass(100);
  expect([renders, text("badge")]).toEqual([["badge"], "1"]);
  renders.length = 0;
  it.server.change("42", "5");
  await it.pass(100);
  expect([renders, text("credits")]).toEqual([["credits"], "105"]);
});

test("useToasts shows each, in place of the former of its thread, and hides what was read", async () => {
  const log: string[] = [];
  function Toasts() {
    useToasts(
      ({ key, notification }) => log.push(`${key}: ${notification.title}`),
      (key) => log.push(`hide ${key}`),
    );
    return null;
  }
  await it.show(<Toasts />);
  it.server.notify("user:42", "packed", { thread: "order" });
  const { id } = it.server.notify("user:42", "sent", { thread: "order" });
  await it.pass(100);
  await act(() => it.groat.markRead({ ids: [id] }));
  expect(log).toEqual(["user:42 order: packed", "user:42 order: sent", "hide user:42 order"]);
});
