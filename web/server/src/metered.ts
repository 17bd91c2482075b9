/** Metered work: reserves an estimate, keeps it reserved while the work goes on, and settles what was used. */
import { randomUUID } from "node:crypto";
import { Problem, UnknownOutcome, Unreachable } from "./errors.js";
import type { SettledView, SettleInput, TransactionView } from "./wire.js";

/** A decimal string, or a whole number. */
export type Used = string | number | bigint;

export interface MeteredOptions {
  /** The account that pays, such as `user:7`. */
  account: string;
  /** The account that is paid. */
  destination: string;
  /** The amount to reserve. */
  estimate: Used;
  asset: string;
  /** The name of the job, 1 to 200 characters: the keys of its calls are made of it, so that it is paid once. */
  key: string;
  /** Seconds that the hold lasts without a sign of life: 60 by default, at least 3. */
  lasts?: number;
  /** The policy for the amount beyond the estimate: see `settleHold`. */
  excess?: SettleInput["excess"];
  overdraft?: string;
  /** A job that fails is released (default), or with `settle` pays the amount used so far. */
  onError?: "release" | "settle";
  reason?: string;
  metadata?: Record<string, unknown>;
  /** The number of milliseconds in which the end is told to a server that does not answer: 60,000 by default. */
  patienceMs?: number;
}

/** The answer of a job: what the work returned, and the settlement. */
export interface Metered<T> {
  value: T;
  settled: SettledView;
  transaction: TransactionView;
}

/** A hold is extended so often in the time that it lasts, so that two of three signs of life may be lost. */
const BEATS = 3;
const JITTER = 0.2;
const FIRST_PAUSE_MS = 100;
const PAUSE_MS_MAX = 4_000;
const RUNS_MAX = 1_000;
const KEY_MAX = 200;
/** An amount is counted in units of so many decimals, as many as any asset has. */
const SCALE = 18;
const UNITS = /^(0|[1-9][0-9]*)(?:\.([0-9]{1,18}))?$/;

/** Makes a write. */
type Write = <T>(
  path: string,
  body: unknown,
  options: { key: string; signal?: AbortSignal | undefined },
) => Promise<T>;

/** The meter of a job: `use` adds to `actual`, which may be set, too. */
export class Job {
  #units = 0n;
  readonly #estimate: bigint;

  constructor(
    /** The id of its hold. */
    readonly hold: string,
    estimate: Used,
    private readonly digits: number,
  ) {
    this.#estimate = unitsOf(estimate);
  }

  /** Tells whether the hold still stands. If it ended before the work did, what is used is paid when the job is settled. */
  isHeld = true;

  /** The amount used so far, as a decimal string. */
  get actual(): string {
    return textOf(this.#units, SCALE);
  }

  set actual(amount: Used) {
    this.#units = unitsOf(amount);
  }

  /** The rest of the estimate, as a decimal string; below zero once more was used. */
  get left(): string {
    return textOf(this.#estimate - this.#units, SCALE);
  }

  /** Adds to what was used. Throws TypeError for what is no amount, such as a number with a fraction. */
  use(amount: Used): void {
    this.#units += unitsOf(amount);
  }

  /** The amount used, rounded up to the asset's smallest unit. */
  rounded(): string {
    const step = 10n ** BigInt(SCALE - this.digits);
    return textOf(((this.#units + step - 1n) / step) * step, SCALE, this.digits);
  }
}

/** See {@link Door.metered}. */
export async function metered<T>(
  write: Write,
  options: MeteredOptions,
  work: (job: Job) => Promise<T> | T,
): Promise<Metered<T>> {
  const { key, lasts = 60, onError = "release", reason, metadata, patienceMs = 60_000 } = options;
  if (!key || key.length > KEY_MAX) throw new TypeError(`key names the job, in 1 to ${KEY_MAX} characters`);
  if (!Number.isInteger(lasts) || lasts < BEATS)
    throw new TypeError(`lasts is in whole seconds, at least ${BEATS}`);
  const estimate = textOf(unitsOf(options.estimate), SCALE);
  const extend = (hold: string, signal?: AbortSignal) =>
    write(
      `/v1/holds/${hold}/extend`,
      { expires_in: lasts },
      { key: `${key}/extend/${randomUUID()}`, signal },
    );

  const { job, run } = await begin();
  const ended = new AbortController();
  const beating = beat(job, ended.signal);
  let value: T;
  try {
    value = await work(job);
  } catch (error) {
    ended.abort();
    await beating;
    await giveUp(job).catch(() => {
      // The hold ends by itself, and the error of the work says more.
    });
    throw error;
  }
  ended.abort();
  await beating;
  const transaction = await settle(job);
  return { value, settled: transaction.settled as SettledView, transaction };

  /** Reserves the estimate. A job that failed or died may be run again under its key, one that was settled not. */
  async function begin() {
    for (let number = 1; number < RUNS_MAX; number += 1) {
      const run = number > 1 ? `${key}/${number}` : key;
      const { account: source, destination, asset } = options;
      const body = { source, destination, amount: estimate, asset, expires_in: lasts, reason, metadata };
      try {
        const made = await write<TransactionView>("/v1/holds", body, { key: `${run}/hold` });
        if (made.hold === null) throw new TypeError("the server holds nothing");
        const digits = made.hold.amount.split(".")[1]?.length ?? 0;
        // An earlier run made this hold. If it is still open, this one goes on with it.
        if (made.replayed) await extend(made.hold.id);
        return { job: new Job(made.hold.id, estimate, digits), run };
      } catch (error) {
        // The hold of an earlier run has ended, or was refused then. This run gets one of its own.
        if (!(error instanceof Problem) || !(isOver(error) || (error.replayed && error.retryableWithNewKey)))
          throw error;
      }
    }
    throw new Error(`the job ${key} was begun ${RUNS_MAX} times`);
  }

  /** Extends the hold again and again, also past an outage, until it has ended or the work is done. */
  async function beat(job: Job, signal: AbortSignal): Promise<void> {
    const every = (lasts * 1_000) / BEATS;
    let wait = every;
    for (;;) {
      await pause(wait, signal);
      if (signal.aborted) return;
      try {
        await extend(job.hold, signal);
        wait = every;
      } catch (error) {
        if (signal.aborted) return;
        job.isHeld = !(error instanceof Problem && hasEnded(error));
        if (!job.isHeld) return;
        wait = wait < every ? Math.min(2 * wait, PAUSE_MS_MAX, every) : FIRST_PAUSE_MS;
      }
    }
  }

  function settle(job: Job): Promise<TransactionView> {
    const { excess, overdraft } = options;
    const body = { actual: job.rounded(), excess, overdraft, reason, metadata };
    return lastly(() =>
      write<TransactionView>(`/v1/holds/${job.hold}/settle`, body, { key: `${run}/settle` }),
    );
  }

  async function giveUp(job: Job): Promise<void> {
    if (onError === "settle") await settle(job);
    else
      await lastly(() => write(`/v1/holds/${job.hold}/release`, { reason }, { key: `${run}/release` })).catch(
        (error) => {
          if (!(error instanceof Problem && hasEnded(error))) throw error;
        },
      );
    job.isHeld = false;
  }

  /** Makes the last call of the job, again under its key while the server does not say what became of it. */
  async function lastly<A>(call: () => Promise<A>): Promise<A> {
    const until = performance.now() + patienceMs;
    for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(2 * wait, PAUSE_MS_MAX)) {
      try {
        return await call();
      } catch (error) {
        const open = error instanceof UnknownOutcome || error instanceof Unreachable;
        if (!open || performance.now() + wait > until) throw error;
      }
      await pause(wait);
    }
  }
}

function hasEnded(problem: Problem): boolean {
  return problem.code === "hold_expired" || problem.code === "hold_resolved";
}

/** Tells whether a hold ended without being settled. */
function isOver(problem: Problem): boolean {
  return hasEnded(problem) && (problem.code === "hold_expired" || problem.fields.state === "released");
}

function unitsOf(amount: Used): bigint {
  if (typeof amount === "number" && !Number.isSafeInteger(amount))
    throw new TypeError(`an amount is a whole number or a decimal string, not ${amount}`);
  const [, whole, fraction = ""] = UNITS.exec(String(amount)) ?? [];
  if (whole === undefined)
    throw new TypeError(
      `an amount is a decimal string, zero or above, not ${JSON.stringify(String(amount))}`,
    );
  return BigInt(whole + fraction.padEnd(SCALE, "0"));
}

/** Units as a decimal string with `digits` decimals, by default as many as it needs. */
function textOf(units: bigint, scale: number, digits?: number): string {
  const sign = units < 0n ? "-" : "";
  const text = (units < 0n ? -units : units).toString().padStart(scale + 1, "0");
  const [whole, fraction] = [text.slice(0, -scale), text.slice(-scale)];
  const shown = digits === undefined ? fraction.replace(/0+$/, "") : fraction.slice(0, digits);
  return sign + whole + (shown && `.${shown}`);
}

/** Waits, a fifth less at most, so that jobs that began together spread. */
function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms * (1 - JITTER * Math.random()));
    signal?.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
