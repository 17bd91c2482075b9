/** The functions of `CreditContext`: they ask the server again, and tell the components of this page that something changed. */
import { type Change, type Groat, GroatError, guarded } from "@groat/client";

/** Fetches that begin within this time are one. */
const SAME_MS = 5_000;
/** News of the server is passed on at once, and then about the same person at most so often. */
const PASSED_ON_MS = 1_000;

interface Asked {
  session: number;
  /** On the monotone clock. */
  at: number;
  answer: Promise<void>;
}

/** One for each provider: its functions stay the same objects. None of them posts anything. */
export class CreditActs {
  private readonly credits = new Set<{ call: (userId: string) => void }>();
  private readonly vouchers = new Set<{ call: () => void }>();
  /** The news that was passed on a moment ago, and whether the server has told of it again. */
  private readonly passed = new Map<string, { timer: ReturnType<typeof setTimeout>; again: boolean }>();
  private asked: Asked | null = null;

  constructor(
    private readonly groat: Groat,
    private readonly asset: string,
  ) {}

  /** Asks the server, unless that was done within the last 5 s. Never throws: the last value stays, and the state has the error. */
  readonly refreshCredits = (): Promise<void> => {
    const { session, phase, error } = this.groat.getState();
    // The client is asking by itself.
    if (phase === "loading" && error === null) return this.arrival();
    const asked = this.asked;
    if (asked?.session === session && performance.now() - asked.at < SAME_MS) return asked.answer;
    return this.ask(false);
  };

  /** Asks the server in any case: for the caller knows that something has changed. Never throws. */
  readonly refreshCurrentUserCredits = (): Promise<void> => this.ask(true);

  /** Asks the server if it is the signed-in user, and then calls what `registerCreditUpdateCallback` registered. */
  readonly refreshUserCredits = async (userId: string): Promise<void> => {
    if (userId === this.groat.getState().user) await this.ask(true);
    this.broadcastCreditUpdate(userId);
  };

  /** Calls back when a user's credits changed: told by a component of this page, or by the server. Returns the end of it. */
  readonly registerCreditUpdateCallback = (call: (userId: string) => void): (() => void) =>
    register(this.credits, call);

  /** Tells the components of this page. Other tabs and devices hear from the server. */
  readonly broadcastCreditUpdate = (userId: string): void => {
    for (const { call } of [...this.credits]) guarded(call, userId);
  };

  /** Calls back when vouchers changed: told by a component of this page, or by the server. Returns the end of it. */
  readonly registerVoucherRefresh = (call: () => void): (() => void) => register(this.vouchers, call);

  /** Calls what `registerVoucherRefresh` registered. */
  readonly refreshVouchers = (): void => {
    for (const { call } of [...this.vouchers]) guarded(call);
  };

  /** Passes on what the server tells, until the function that it returns is called. */
  listen(): () => void {
    const end = this.groat.onChange((change) => this.heard(change));
    return () => {
      end();
      this.rest();
    };
  }

  private heard(change: Change): void {
    if (change.type === "identity") {
      this.rest();
      if (change.user !== null) this.note(Promise.resolve());
    } else if (change.type === "balance_updated") this.heardOf(change.event.changes ?? []);
    else if (change.type === "away") this.heardOf(change.changes);
    else if (change.type === "event" && change.event.type === "voucher_updated") {
      this.passOn("vouchers", this.refreshVouchers);
    }
  }

  private heardOf(changes: readonly { account: string; asset: string }[]): void {
    for (const { account, asset } of changes) {
      const user = /^user:([^:]+)$/.exec(account)?.[1];
      if (user === undefined || asset !== this.asset) continue;
      this.passOn(account, () => this.broadcastCreditUpdate(user));
    }
  }

  private passOn(what: string, call: () => void): void {
    const passed = this.passed.get(what);
    if (passed) {
      passed.again = true;
      return;
    }
    const rest = { again: false, timer: setTimeout(() => this.rested(what, call), PASSED_ON_MS) };
    this.passed.set(what, rest);
    call();
  }

  private rested(what: string, call: () => void): void {
    const again = this.passed.get(what)?.again;
    this.passed.delete(what);
    if (again) this.passOn(what, call);
  }

  private rest(): void {
    for (const { timer } of this.passed.values()) clearTimeout(timer);
    this.passed.clear();
  }

  private ask(anew: boolean): Promise<void> {
    const { phase } = this.groat.getState();
    if (phase === "signed-out") return Promise.resolve();
    const asked = this.note(
      this.groat.refresh({ anew }).catch((error: unknown) => {
        if (!(error instanceof GroatError)) throw error;
        // The state has it too. The next call may try again.
        if (this.asked === asked) this.asked = null;
      }),
    );
    return asked.answer;
  }

  private note(answer: Promise<void>): Asked {
    this.asked = { session: this.groat.getState().session, at: performance.now(), answer };
    return this.asked;
  }

  /** Resolves when the client knows who is signed in and what they have, or why it cannot know. */
  private arrival(): Promise<void> {
    return new Promise((resolve) => {
      const end = this.groat.subscribe(
        ({ phase, error }) => phase === "loading" && error === null,
        () => {
          end();
          resolve();
        },
      );
    });
  }
}

function register<Call>(registered: Set<{ call: Call }>, call: Call): () => void {
  // A function that is registered twice is called twice, and each end ends one of them.
  const entry = { call };
  registered.add(entry);
  return () => {
    registered.delete(entry);
  };
}
