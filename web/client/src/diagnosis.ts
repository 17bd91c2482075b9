/**
 * Tells apart why the server gives nothing, and says it once: a server that does not answer, one that answers but not to
 * pages of this origin, and one that refuses the token.
 */
import type { Environment } from "./environment.js";
import { GroatError } from "./errors.js";
import { attempt } from "./guard.js";

const PROBE_MS_MAX = 5_000;

export class Diagnosis {
  private readonly said = new Set<string>();

  constructor(
    private readonly base: string,
    private readonly environment: Pick<Environment, "fetch">,
  ) {}

  /** Find out the cause of a failure. A browser does not say whether a server is away or refuses this page, so ask otherwise. */
  async of(failure: GroatError): Promise<GroatError> {
    const page = attempt(() => location.origin);
    const server = attempt(() => new URL(this.base).origin);
    if (failure.code !== "network" || failure.fields.of === "token" || !page || !server || page === server)
      return failure;
    const answers = await this.answers();
    if (!answers) return failure;
    const detail = `The server at ${server} answers, but not to pages of ${page}: add this origin to its setting "origins".`;
    return new GroatError("origin_refused", detail, 0, { origin: page }, failure);
  }

  /** Says it once in the console, until all is well again. */
  say(error: GroatError): void {
    if (this.said.has(error.code)) return;
    this.said.add(error.code);
    console.warn(`[groat] ${error.code}: ${error.detail} (${this.base || "the page's own server"})`);
  }

  well(): void {
    this.said.clear();
  }

  /** Whether a server answers, though this page may not read the answer. */
  private async answers(): Promise<boolean> {
    try {
      await this.environment.fetch(`${this.base}/health/live`, {
        mode: "no-cors",
        credentials: "omit",
        cache: "no-store",
        signal: AbortSignal.timeout(PROBE_MS_MAX),
      });
      return true;
    } catch {
      return false;
    }
  }
}
