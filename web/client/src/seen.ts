/** Receipts: how far the signed-in person's stream has been shown on a visible page, at most once a second. */

const EVERY_MS = 1_000;

export class Seen {
  private stream = "";
  private wanted = 0;
  private sent = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly report: (stream: string, offset: number) => void) {}

  note(stream: string, offset: number): void {
    if (stream !== this.stream) {
      this.reset();
      this.stream = stream;
    }
    this.wanted = Math.max(this.wanted, offset);
    if (this.wanted > this.sent) this.timer ??= setTimeout(() => this.flush(), EVERY_MS);
  }

  reset(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.stream = "";
    this.wanted = 0;
    this.sent = 0;
  }

  private flush(): void {
    this.timer = undefined;
    if (this.wanted <= this.sent) return;
    this.sent = this.wanted;
    this.report(this.stream, this.sent);
  }
}
