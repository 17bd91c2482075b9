/**
 * The session that the client works in. Everything that it asks, sends and shows belongs to one session, from a sign-in to its end,
 * and to one person: a token is used only after the server has said whose it is. What outlives its session is given up.
 */
import { GroatError } from "./errors.js";
import type { Me } from "./wire.js";

/** A token, and whose it is by the word of the server. */
export interface Proof {
  token: string;
  user: string | null;
  principal: string;
  /** The server's answer about them, where it was asked. */
  me: Me | null;
}

export interface SessionHost {
  /** A token of whoever is signed in now, null for nobody; `last` is the one that was used up. Throws GroatError. */
  prove(last: Pick<Proof, "token" | "user" | "principal"> | null): Promise<Proof | null>;
  /** Another person is signed in now. */
  replaced(session: Session, proof: Proof): void;
  /** Nobody is signed in any more, or with a token that the server refuses (`why`). */
  over(session: Session, why: GroatError | null): void;
}

/** Sessions of this page, of all its clients. */
let count = 0;

export class Session {
  /** No other session of this page has it. */
  readonly number: number;
  private owner: Pick<Proof, "user" | "principal"> | null = null;
  private token: string | null = null;
  private me: Me | null = null;
  private asking: Promise<string | null> | null = null;
  private over = false;
  private readonly endings = new Set<() => void>();

  constructor(
    private readonly host: SessionHost,
    proof: Proof | null = null,
  ) {
    count += 1;
    this.number = count;
    if (proof) this.take(proof);
  }

  get ended(): boolean {
    return this.over;
  }

  /** Calls back once when the session ends; the result takes that back. */
  onEnd(call: () => void): () => void {
    this.endings.add(call);
    return () => this.endings.delete(call);
  }

  /** The user whose session it is; null until that is known, and for a service. */
  get user(): string | null {
    return this.owner?.user ?? null;
  }

  get isKnown(): boolean {
    return this.owner !== null;
  }

  end(): void {
    if (this.over) return;
    this.over = true;
    for (const call of [...this.endings]) call();
    this.endings.clear();
  }

  /**
   * The failure of something that belongs to this session, once it has ended. `sent` is for writes: whether the server may have
   * got it, so that it is open what became of it; `key` is its idempotency key.
   */
  failure(write?: { sent: boolean; key: string | undefined }): GroatError {
    if (!this.owner) return new GroatError("signed_out", "Nobody is signed in.", 401);
    const whose = this.user === null ? "The session" : `The session of ${this.user}`;
    const what = !write
      ? ""
      : write.sent
        ? " before the answer came. It is not known what became of this"
        : " before this was sent. Nothing happened";
    const fields = {
      user: this.user,
      ...(write && { sent: write.sent }),
      ...(write?.key !== undefined && { key: write.key }),
    };
    return new GroatError("session_ended", `${whose} ended${what}.`, 0, fields);
  }

  /** The token at hand, or the first; null when nobody is signed in. Throws GroatError. */
  async get(): Promise<string | null> {
    return this.token ?? this.renew();
  }

  /**
   * A new token, asked for once at a time. Of many calls whose token was refused (`used`) the first one asks: the others get what
   * has come since. Throws GroatError.
   */
  renew(used?: string): Promise<string | null> {
    if (this.ended) return Promise.reject(this.failure());
    if (used !== undefined && this.token !== null && this.token !== used) return Promise.resolve(this.token);
    this.asking ??= this.ask().finally(() => {
      this.asking = null;
    });
    return this.asking;
  }

  /** Finds out whose this is. Returns what the server said of them, where it was asked for that. Throws GroatError. */
  async identify(anew: boolean): Promise<Me | null> {
    this.me = null;
    const token = await (anew ? this.renew() : this.get());
    if (!token) throw new GroatError("signed_out", "Nobody is signed in.", 401);
    const { me } = this;
    this.me = null;
    return me;
  }

  private async ask(): Promise<string | null> {
    const last = this.token !== null && this.owner ? { token: this.token, ...this.owner } : null;
    this.token = null;
    let proof: Proof | null;
    try {
      proof = await this.host.prove(last);
    } catch (error) {
      if (this.ended) throw this.failure();
      if (error instanceof GroatError && error.unauthorized) this.host.over(this, error);
      throw error;
    }
    if (this.ended) throw this.failure();
    if (!proof) {
      this.host.over(this, null);
      return null;
    }
    if (this.owner && this.owner.principal !== proof.principal) {
      this.host.replaced(this, proof);
      throw this.failure();
    }
    this.take(proof);
    return proof.token;
  }

  private take({ token, user, principal, me }: Proof): void {
    this.owner = { user, principal };
    this.token = token;
    this.me = me;
  }
}
