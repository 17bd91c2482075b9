/** The people whose balances are followed besides one's own, and the boards: those that this tab wants and, in the leader, other tabs. */

/** The server allows this many views per connection. */
export const VIEWS_MAX = 100;
/** Tabs repeat their wishes once a minute; one that stopped is gone. */
export const REPEAT_MS = 60_000;
const FORGET_MS = 150_000;

export class Watches {
  private readonly own = new Map<string, number>();
  private readonly others = new Map<string, { users: readonly string[]; at: number }>();

  /** `clock`: milliseconds of a clock that nobody sets. */
  constructor(private readonly clock: () => number) {}

  /** Users and boards that this tab follows. */
  get mine(): readonly string[] {
    return [...this.own.keys()];
  }

  has(user: string): boolean {
    return this.own.has(user);
  }

  /** True when this is the first wish for that user. */
  add(user: string): boolean {
    const count = this.own.get(user) ?? 0;
    this.own.set(user, count + 1);
    return count === 0;
  }

  /** True when nobody in this tab wants that user any more. */
  remove(user: string): boolean {
    const count = this.own.get(user) ?? 0;
    if (count > 1) {
      this.own.set(user, count - 1);
      return false;
    }
    return this.own.delete(user);
  }

  /** Another tab wants to follow these. Returns those whom it did not want before. */
  other(tab: string, users: readonly string[]): readonly string[] {
    const before = this.others.get(tab)?.users ?? [];
    this.others.delete(tab);
    if (users.length > 0) this.others.set(tab, { users, at: this.clock() });
    return users.filter((user) => !before.includes(user));
  }

  /** All tabs' wishes, this tab's first, as many as the server allows. */
  union(): ReadonlySet<string> {
    const all = new Set(this.own.keys());
    for (const [tab, { users, at }] of this.others) {
      if (this.clock() - at > FORGET_MS) this.others.delete(tab);
      else for (const user of users) all.add(user);
    }
    return new Set([...all].slice(0, VIEWS_MAX));
  }

  clear(): void {
    this.own.clear();
    this.others.clear();
  }
}
