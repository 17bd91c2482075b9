/** A browser in memory: tabs that share locks and channels, can be hidden, frozen, taken offline and killed. */

import { createGroat } from "../client.js";
import { type Environment, randomId, type TabChannel } from "../environment.js";
import type { Groat, GroatOptions } from "../groat.js";
import type { FakeServer } from "./server.js";

/** Web Locks, exclusive ones: one holder per name, the others in a queue. */
export class FakeLocks {
  private readonly holders = new Map<string, Request>();
  private queue: Request[] = [];

  request = (name: string, ...rest: unknown[]): Promise<unknown> => {
    const options = (rest.length > 1 ? rest[0] : {}) as LockOptions;
    const callback = rest.at(-1) as Request["callback"];
    return new Promise((resolve, reject) => {
      const request: Request = { name, callback, resolve, reject };
      options.signal?.addEventListener("abort", () => {
        if (!this.queue.includes(request)) return;
        this.queue = this.queue.filter((other) => other !== request);
        reject(new DOMException("aborted", "AbortError"));
      });
      if (options.steal) {
        this.holders.get(name)?.reject(new DOMException("stolen", "AbortError"));
        this.grant(request);
      } else {
        this.queue.push(request);
        queueMicrotask(() => this.next(name));
      }
    });
  };

  /** A tab died: whatever it held or waited for is gone. */
  drop(isOfTab: (callback: Request["callback"]) => boolean): void {
    this.queue = this.queue.filter((request) => !isOfTab(request.callback));
    for (const [name, holder] of this.holders) {
      if (!isOfTab(holder.callback)) continue;
      this.holders.delete(name);
      this.next(name);
    }
  }

  private next(name: string): void {
    if (this.holders.has(name)) return;
    const request = this.queue.find((waiting) => waiting.name === name);
    if (!request) return;
    this.queue = this.queue.filter((other) => other !== request);
    this.grant(request);
  }

  private grant(request: Request): void {
    this.holders.set(request.name, request);
    void Promise.resolve(request.callback({})).then((value) => {
      request.resolve(value);
      if (this.holders.get(request.name) !== request) return;
      this.holders.delete(request.name);
      this.next(request.name);
    });
  }
}

interface Request {
  name: string;
  callback: (lock: object) => unknown;
  resolve: (value: unknown) => void;
  reject: (reason: unknown) => void;
}

class FakeDocument extends EventTarget {
  visibilityState: DocumentVisibilityState = "visible";
}

export class Tab {
  readonly window = new EventTarget();
  readonly document = new FakeDocument();
  readonly groat: Groat;
  /** The environment of a client in this tab. */
  readonly environment: Partial<Environment>;
  online = true;
  /** A frozen or dead tab neither hears nor says anything. */
  silent = false;
  readonly channels: TabChannel[] = [];

  constructor(
    private readonly browser: FakeBrowser,
    server: FakeServer,
    options: GroatOptions,
  ) {
    this.environment = {
      fetch: async (input, init) => {
        if (this.silent || !this.online) throw new TypeError("offline");
        return server.fetch(input, init);
      },
      WebSocket: server.WebSocket,
      openChannel: (name) => browser.openChannel(name, this),
      locks: browser.locks && (browser.locksOf(this) as unknown as LockManager),
      window: this.window,
      document: this.document,
      recall: (name) => browser.storage.get(name) ?? null,
      keep: (name, value) => browser.store(this, name, value),
      forget: (name) => browser.store(this, name, null),
      names: (prefix) => [...browser.storage.keys()].filter((name) => name.startsWith(prefix)),
      tab: randomId(),
      isOnline: () => this.online,
    };
    this.groat = createGroat({
      url: "http://groat.test",
      ...options,
      environment: { ...this.environment, ...options.environment },
    });
  }

  hide(): void {
    this.document.visibilityState = "hidden";
    this.document.dispatchEvent(new Event("visibilitychange"));
  }

  show(): void {
    this.document.visibilityState = "visible";
    this.document.dispatchEvent(new Event("visibilitychange"));
  }

  network(online: boolean): void {
    this.online = online;
    this.window.dispatchEvent(new Event(online ? "online" : "offline"));
  }

  page(type: "pagehide" | "pageshow"): void {
    this.window.dispatchEvent(Object.assign(new Event(type), { persisted: true }));
  }

  /** The process of the tab is gone: the browser frees its locks, nothing is said. */
  die(): void {
    this.silent = true;
    this.browser.forget(this);
    this.groat.stop();
  }
}

export class FakeBrowser {
  readonly locks: FakeLocks | null;
  /** The storage of this browser's pages, by name. */
  readonly storage = new Map<string, string>();
  private readonly tabs: Tab[] = [];
  private readonly holders = new Map<unknown, Tab>();

  constructor(
    private readonly server: FakeServer,
    { locks = true }: { locks?: boolean } = {},
  ) {
    this.locks = locks ? new FakeLocks() : null;
  }

  /** Opens a tab whose client asks the server for tokens of `user`. */
  tab(options: GroatOptions = {}, user = "42"): Tab {
    const tab = new Tab(this, this.server, { token: () => this.server.token(user), ...options });
    this.tabs.push(tab);
    return tab;
  }

  /** Keeps a value, or none, and tells the other tabs. */
  store(tab: Tab, name: string, value: string | null): void {
    if (value === null) this.storage.delete(name);
    else this.storage.set(name, value);
    for (const other of this.tabs) {
      if (other === tab || other.silent) continue;
      other.window.dispatchEvent(Object.assign(new Event("storage"), { key: name, newValue: value }));
    }
  }

  locksOf(tab: Tab): { request: FakeLocks["request"] } {
    return {
      request: (name, ...rest) => {
        const callback = rest.at(-1);
        this.holders.set(callback, tab);
        return this.locks?.request(name, ...rest) ?? Promise.resolve();
      },
    };
  }

  forget(tab: Tab): void {
    this.locks?.drop((callback) => this.holders.get(callback) === tab);
  }

  openChannel(name: string, tab: Tab): TabChannel {
    const channel: TabChannel & { name: string } = {
      name,
      onmessage: null,
      postMessage: (message) => {
        if (tab.silent) return;
        const data: unknown = structuredClone(message);
        for (const other of this.tabs) {
          for (const receiver of other.channels) {
            if (other === tab || (receiver as typeof channel).name !== name) continue;
            queueMicrotask(() => {
              if (!other.silent) receiver.onmessage?.(new MessageEvent("message", { data }));
            });
          }
        }
      },
      close: () => {
        tab.channels.splice(tab.channels.indexOf(channel), 1);
      },
    };
    tab.channels.push(channel);
    return channel;
  }
}
