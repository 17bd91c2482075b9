/** Keys of writes: one for each until its verdict is in, wherever and however often it is pressed. */
import { type Api, createApi, GroatError, isUnsettled, type RequestOptions, randomId } from "@groat/client";
import { groat } from "../groat";
import { attempted, findKept, forgetOthers, type Kept, keep, type Sent } from "./kept-writes";

/** Returns who is signed in, and drops other people's open writes from this device. Signing out drops none. */
function writer(): string | null {
  const { user } = groat.getState();
  if (user !== null) forgetOthers(user);
  return user;
}
groat.onChange((change) => change.type === "identity" && writer());

interface Told {
  /** For people. With it the write outlives the page: it is shown again until it is known what became of it. */
  title?: string;
  /** Does what `send` says in another way, under the same key. */
  by?: (key: string) => Promise<unknown>;
}

/**
 * Writes under an idempotency key. `what` is which write it is and all that it says: the same again is the same write until the
 * server has given its verdict, also if others were sent in between, its form was closed, or the page was loaded anew; after
 * that it is a new one. It is its person's: the same of the next person is another write, and theirs goes on when they come back
 * to this page. `send` makes one call of the API that it is given. Throws what `send` throws.
 */
export async function write<Result>(
  what: readonly unknown[],
  send: (key: string, api: Api) => Promise<Result>,
  { title = "", by }: Told = {},
): Promise<Result> {
  const text = JSON.stringify(what);
  const user = writer() ?? "";
  const known = findKept(text, user);
  const key = known?.key ?? randomId();
  const now = title ? await sentBy((api) => send(key, api)) : null;
  // A repeated write says what the first one said, though the screen (a version) has changed since.
  const sent = known?.sent ?? now;
  const changed = JSON.stringify(sent) !== JSON.stringify(now);
  const act = (): Promise<unknown> => {
    if (sent && changed) return carryOut(key, sent);
    return by ? by(key) : send(key, groat.api);
  };
  return (await attempt({ key, text, user, title, sent }, act)) as Result;
}

/** Sends an open write once more, as it was. Throws what the server says. */
export function tryAgain({ tab: _tab, at: _at, ...write }: Kept): Promise<unknown> {
  if (write.user !== writer() || write.sent === null) {
    throw new GroatError("session_ended", "This was written by somebody else.");
  }
  const { key, sent } = write;
  return attempt(write, () => carryOut(key, sent));
}

async function attempt(write: Omit<Kept, "tab" | "at">, act: () => Promise<unknown>): Promise<unknown> {
  keep(write);
  try {
    const result = await act();
    attempted(write.key, true);
    return result;
  } catch (error) {
    attempted(write.key, !isUnsettled(error));
    throw error;
  }
}

const carryOut = (key: string, { path, ...options }: Sent) => groat.api.request(path, { ...options, key });

/** Returns the request that a call of the API would send, without sending it. */
async function sentBy(call: (api: Api) => Promise<unknown>): Promise<Sent | null> {
  let sent: Sent | null = null;
  const note = async (path: string, { method = "GET", body, query = {} }: RequestOptions = {}) => {
    sent = { path, method, body, query };
  };
  await call(createApi({ json: note as never, file: note as never }));
  return sent;
}
