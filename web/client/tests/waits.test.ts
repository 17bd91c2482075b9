/** Nobody waits for ever: whoever relies on another's work is told when that ends. Over random interleavings. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { betweenTasks, type Tab } from "../src/testing/index.js";
import { credit, status, world } from "./help.js";

const SEED = Number(process.env.GROAT_SEED ?? Math.floor(Math.random() * 1e9));
console.info(`waits.test.ts: seeds from ${SEED}; repeat one with GROAT_SEED=<seed>`);

/** Random numbers that the seed decides. */
function dice(seed: number): (below: number) => number {
  let state = seed % 2_147_483_648;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
  await betweenTasks();
};

beforeEach(() => {
  // A tab that is frozen while it begins says so.
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe("gaps", () => {
  const it = world();

  test("are all filled, whenever they are found", async () => {
    for (let seed = SEED; seed < SEED + 300; seed += 1) {
      const roll = dice(seed);
      const { groat } = await it.open();
      const before = it.server.position("user:42").offset;
      let total = 0;
      for (let step = 0; step < 12; step += 1) {
        const release = it.server.withhold();
        const count = 1 + roll(4);
        for (let number = 0; number < count; number += 1) it.server.change("42", "1");
        total += count;
        // Some pushes are lost, and some come in another order.
        const kept = [...Array(count).keys()].filter(() => roll(3) > 0);
        release(roll(2) === 0 ? kept : kept.reverse());
        if (roll(4) === 0) groat.refresh().catch(() => undefined);
        await turns(roll(30));
      }
      it.server.change("42", "1");
      total += 1;
      await it.pass(10_000);
      const offsets = groat.getState().events.map(({ offset }) => offset);
      const wanted = [...Array(total).keys()].map((number) => before + total - number);
      expect({ seed, offsets }).toEqual({ seed, offsets: wanted });
      expect(credit(groat)).toBe(it.server.balance("user:42").balance);
      groat.stop();
    }
  }, 60_000);
});

describe.each([{ locks: true }, { locks: false }])("tabs, with locks: $locks", ({ locks }) => {
  const it = world({ locks });

  test("one of those that live leads and all follow, whoever opens, freezes, wakes, hides and dies", async () => {
    for (let seed = SEED; seed < SEED + 25; seed += 1) {
      const roll = dice(seed);
      let tabs: Tab[] = [];
      const open = () => {
        const tab = it.browser.tab();
        tabs.push(tab);
        tab.groat.start();
      };
      open();
      for (let step = 0; step < 14; step += 1) {
        const tab = tabs[roll(tabs.length)];
        const what = roll(7);
        if (what < 2 || !tab) open();
        else if (what === 2 && tabs.length > 1) {
          tab.die();
          tabs = tabs.filter((other) => other !== tab);
        } else if (what === 3) tab.silent = !tab.silent;
        else if (what === 4) tab.hide();
        else if (what === 5) tab.show();
        else if (what === 6) {
          tab.groat.stop();
          tab.groat.start();
        }
        await turns(roll(10));
        if (roll(2) === 0) await it.pass(roll(8_000));
      }
      for (const tab of tabs) {
        tab.silent = false;
        tab.show();
      }
      await it.pass(70_000);
      it.server.change("42", "1");
      await it.pass(1_000);
      const leaders = tabs.filter(({ groat }) => groat.getState().status.leader);
      expect({ seed, leaders: leaders.length }).toEqual({ seed, leaders: 1 });
      for (const { groat } of tabs) {
        const shown = { seed, status: status(groat), credit: credit(groat) };
        expect(shown).toEqual({ seed, status: "live", credit: it.server.balance("user:42").balance });
      }
      for (const { groat } of tabs) groat.stop();
    }
  }, 120_000);
});

describe("an event-stream that the server ends in order", () => {
  const it = world();

  test("is opened anew before anybody misses it, as at the end of each token of 25 s", async () => {
    it.server.reach.websocket = false;
    const { groat } = await it.open();
    await it.pass(5_000);
    const states: string[] = [];
    groat.subscribe(
      (state) => state.status.state,
      (state) => states.push(state),
    );
    for (let token = 0; token < 4; token += 1) {
      await it.pass(25_000);
      it.server.endStreams();
      it.server.change("42", "1");
      await it.pass(100);
    }
    expect(credit(groat)).toBe("104");
    expect(groat.getState().events.map(({ offset }) => offset)).toEqual([4, 3, 2, 1]);
    expect(states).toEqual([]);
    expect(it.server.waitingRequests).toBe(1);
  });
});
