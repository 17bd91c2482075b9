/**
 * Tells what is seen as it happens from what is made up after a break. Right after a line opens, the events that were
 * missed come in one run; when the run ends, the difference is told once: "+120 while you were away". A socket says when
 * that is; over HTTP nothing does, so there the run ends by itself.
 */
import type { Confirmed } from "./book.js";
import { belongsTo } from "./book.js";
import { isZero, subtract } from "./decimal.js";
import type { Environment } from "./environment.js";
import type { Change } from "./model.js";
import type { BalanceView } from "./wire.js";

/** The run has ended when nothing came for this long; it never lasts longer than the second. */
const QUIET_MS = 150;
const RUN_MS_MAX = 10_000;

export type Away = Extract<Change, { type: "away" }>;

export class Arrival {
  private before: { balances: Readonly<Record<string, BalanceView>>; since: number } | null = null;
  private quiet: ReturnType<typeof setTimeout> | undefined;
  private openedAt = 0;

  constructor(
    private readonly environment: Pick<Environment, "now" | "clock">,
    private readonly confirmed: () => Confirmed,
    private readonly onAway: (away: Away) => void,
  ) {}

  /** True while what arrives is the past. */
  get settling(): boolean {
    return this.quiet !== undefined;
  }

  lost(): void {
    this.end();
    this.before ??= { balances: this.confirmed().balances, since: this.environment.now() };
  }

  opened(): void {
    this.openedAt = this.environment.clock();
    this.wait();
  }

  /** Something came. */
  heard(): void {
    if (this.settling && this.environment.clock() - this.openedAt < RUN_MS_MAX) this.wait();
  }

  reset(): void {
    this.end();
    this.before = null;
  }

  /** The run has ended. */
  settle(): void {
    this.end();
    const before = this.before;
    this.before = null;
    const { user, balances } = this.confirmed();
    if (!before || user === null) return;
    const changes = Object.entries(balances).flatMap(([key, { account, asset, balance }]) => {
      const old = before.balances[key];
      if (!old || !belongsTo(account, `user:${user}`)) return [];
      const delta = subtract(balance, old.balance);
      return isZero(delta) ? [] : [{ account, asset, delta, balance }];
    });
    if (changes.length > 0) this.onAway({ type: "away", since: before.since, changes });
  }

  private wait(): void {
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => this.settle(), QUIET_MS);
  }

  private end(): void {
    clearTimeout(this.quiet);
    this.quiet = undefined;
  }
}
