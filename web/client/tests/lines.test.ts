import { describe, expect, test } from "vitest";
import { redact } from "../src/debug.js";
import { EventStreamParser } from "../src/lines.js";

describe("the event-stream format", () => {
  const text =
    ': hello\n\nid: e1:1\ndata: {"a":1}\n\nid: e1:2\r\nevent: reset\r\ndata: {\r\ndata: }\r\n\r\nid: e1:3\n';

  test.each([1, 2, 3, 7, 1_000])("is read the same in pieces of %i", (size) => {
    const events: unknown[] = [];
    const parser = new EventStreamParser((event) => events.push(event));
    for (let at = 0; at < text.length; at += size) parser.push(text.slice(at, at + size));
    expect(events).toEqual([
      { id: "e1:1", event: "", data: '{"a":1}' },
      { id: "e1:2", event: "reset", data: "{\n}" },
    ]);
  });
});

describe("debug", () => {
  test("takes out what is secret, wherever it stands", () => {
    const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.abc-_123";
    const text = JSON.stringify(
      redact({
        url: `wss://x/?token=${jwt}`,
        headers: { Authorization: "Bearer abc", accept: "json" },
        list: [{ password: "hunter2", token: null }],
        error: new Error(`bad ${jwt}`),
      }),
    );
    expect(text).toBe(
      '{"url":"wss://x/?token=[redacted]","headers":{"Authorization":"[redacted]","accept":"json"},' +
        '"list":[{"password":"[redacted]","token":null}],"error":"Error: bad [redacted]"}',
    );
  });
});
