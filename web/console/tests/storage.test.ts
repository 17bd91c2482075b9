/** The console in browsers that keep nothing: what storage throws, or is, breaks no page and pays nobody twice. */
import { GroatError } from "@groat/client";
import { afterEach, describe, expect, test, vi } from "vitest";

const real = Object.getOwnPropertyDescriptor(globalThis, "localStorage") as PropertyDescriptor;

function full(): never {
  throw new DOMException("full", "QuotaExceededError");
}
function forbidden(): never {
  throw new DOMException("forbidden", "SecurityError");
}

const STORAGES: [string, PropertyDescriptor][] = [
  ["none", { value: null }],
  ["forbidden", { get: forbidden }],
  ["full", { value: { getItem: () => null, setItem: full, removeItem: () => undefined } }],
  ["an object that can nothing", { value: {} }],
];

afterEach(() => {
  Object.defineProperty(globalThis, "localStorage", real);
  vi.resetModules();
});

describe.each(STORAGES)("where storage is %s", (_, storage) => {
  async function load() {
    Object.defineProperty(globalThis, "localStorage", { configurable: true, ...storage });
    vi.resetModules();
    return {
      settings: await import("../src/lib/settings"),
      groat: (await import("../src/groat")).groat,
    };
  }

  test("settings and open writes last as long as the page", async () => {
    const { settings, groat } = await load();
    settings.theme.set("dark");
    expect(settings.theme.get()).toBe("dark");
    const keys: string[] = [];
    const lost = new GroatError("unknown_outcome", "");
    const post = () =>
      groat.write(["spend", "5"], (key, api) => api.request("/v1/actions/spend", { method: "POST", key }), {
        title: "Spend: 5",
        by: async (key) => {
          keys.push(key);
          throw lost;
        },
      });
    await expect(post()).rejects.toBe(lost);
    await expect(post()).rejects.toBe(lost);
    expect(new Set(keys).size).toBe(1);
  });
});
