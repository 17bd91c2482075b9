/** One request, its history, and how many requests wait. */
import type { Page } from "../types.js";
import type { RequestView, StepView } from "../wire.js";
import { parentOf, type ToldRequest } from "./news.js";
import { Reading, type ReadingHost } from "./reading.js";

export class OneRequest extends Reading<RequestView> {
  constructor(
    host: ReadingHost,
    name: string,
    readonly id: string,
    private readonly find: () => Promise<RequestView>,
  ) {
    super(host, name);
  }

  /** Shows what the answer to a write said, until it is read. */
  give(request: RequestView): void {
    if (this.get().value === null) this.set({ value: request });
  }

  protected read(): Promise<RequestView> {
    return this.find();
  }

  protected take(value: RequestView, news: readonly ToldRequest[]): RequestView {
    return this.after(value, news);
  }

  concerns(news: ToldRequest): boolean {
    // What a request did to its parent no line tells.
    return news.id === this.id || parentOf(news) === this.id;
  }
}

export interface StepsRead {
  /** The newest first. */
  items: readonly StepView[];
  /** The cursor of the next page; null where there is none. */
  cursor: string | null;
}

export class RequestHistory extends Reading<StepsRead> {
  constructor(
    host: ReadingHost,
    name: string,
    readonly id: string,
    private readonly page: (cursor: string | null) => Promise<Page<StepView>>,
  ) {
    super(host, name, true);
  }

  /** Asks for the newest steps, and from then on for the next ones. */
  readonly loadMore = (): void => {
    if (!this.host.ready() || this.get().loading) return;
    void this.ask((before) => (before?.cursor ? this.more(before) : this.read(before)), false);
  };

  protected async read(before: StepsRead | null): Promise<StepsRead> {
    let steps = await this.more({ items: [], cursor: null });
    while (steps.cursor !== null && steps.items.length < (before?.items.length ?? 0)) {
      steps = await this.more(steps);
    }
    return steps;
  }

  private async more({ items, cursor }: StepsRead): Promise<StepsRead> {
    const page = await this.page(cursor);
    return { items: [...items, ...page.items], cursor: page.cursor };
  }

  protected take(value: StepsRead): StepsRead {
    return value;
  }

  concerns(news: ToldRequest, value: StepsRead | null): boolean {
    return news.id === this.id && value !== null;
  }
}

export class Waiting extends Reading<Readonly<Record<string, number>>> {
  constructor(
    host: ReadingHost,
    name: string,
    private readonly count: () => Promise<Record<string, number>>,
  ) {
    super(host, name);
  }

  protected read(): Promise<Record<string, number>> {
    return this.count();
  }

  protected take(value: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
    return value;
  }

  concerns(): boolean {
    return true;
  }
}
