/** A list of requests by a filter. */
import type { RequestFilter } from "../types.js";
import type { RequestPage, RequestView } from "../wire.js";
import { fitsFilter, parentOf, type ToldRequest } from "./news.js";
import { Reading, type ReadingHost } from "./reading.js";

export interface RequestsRead {
  /** As the server orders them, with what the streams told since. */
  items: readonly RequestView[];
  /** The cursor of the next page; null where there is none. */
  cursor: string | null;
  /** Requests that belong here and are not shown yet, by id. */
  fresh: readonly string[];
}

const NOTHING: RequestsRead = { items: [], cursor: null, fresh: [] };

export class RequestList extends Reading<RequestsRead> {
  private holds = 0;

  constructor(
    host: ReadingHost,
    name: string,
    private readonly filter: RequestFilter,
    private readonly page: (cursor: string | null) => Promise<RequestPage>,
  ) {
    super(host, name);
  }

  /** Asks for the next page. */
  readonly loadMore = (): void => {
    if (!this.host.ready() || this.get().loading) return;
    void this.ask((before) => (before?.cursor ? this.more(before) : this.read(before)), false);
  };

  /**
   * Holds the rows still: those shown are kept up to date, but none comes or goes by itself; `fresh` names those that wait for `refresh`.
   * Ends with the function returned.
   */
  readonly hold = (): (() => void) => {
    this.holds += 1;
    let held = true;
    return () => {
      if (held) this.holds -= 1;
      held = false;
      this.catchUp();
    };
  };

  protected override mayChange(): boolean {
    // With the oldest first new ones come at the end, where nothing jumps for them.
    const atTheEnd = this.filter.sort === "oldest" && (this.get().value?.fresh.length ?? 0) > 0;
    return super.mayChange() && (this.holds === 0 || atTheEnd);
  }

  protected async read(before: RequestsRead | null): Promise<RequestsRead> {
    let pages = await this.more(NOTHING);
    while (pages.cursor !== null && pages.items.length < (before?.items.length ?? 0)) {
      pages = await this.more(pages);
    }
    return pages;
  }

  private async more({ items, cursor, fresh }: RequestsRead): Promise<RequestsRead> {
    const page = await this.page(cursor);
    const shown = new Set(page.items.map(({ id }) => id));
    const left = fresh.filter((id) => !shown.has(id));
    return { items: [...items, ...page.items], cursor: page.cursor, fresh: left };
  }

  protected take(value: RequestsRead, news: readonly ToldRequest[]): RequestsRead {
    const items = value.items.map((request) => this.after(request, news));
    const changed = items.some((item, index) => item !== value.items[index]);
    const fresh = new Set(value.fresh);
    for (const one of news) {
      if (value.items.some(({ id }) => id === one.id) || !fitsFilter(one, this.filter)) fresh.delete(one.id);
      else if (this.reaches(value, one.id)) fresh.add(one.id);
    }
    const same = fresh.size === value.fresh.length && value.fresh.every((id) => fresh.has(id));
    if (!changed && same) return value;
    return {
      cursor: value.cursor,
      items: changed ? items : value.items,
      fresh: same ? value.fresh : [...fresh],
    };
  }

  /** A request that belongs on a page further down is not new here. Ids rise with time. */
  private reaches({ items, cursor }: RequestsRead, id: string): boolean {
    const last = items.at(-1)?.id ?? "";
    const { sort } = this.filter;
    return sort === "largest" || cursor === null || (sort === "oldest" ? id < last : id > last);
  }

  concerns(news: ToldRequest, value: RequestsRead | null): boolean {
    const parent = parentOf(news);
    // What a request did to its parent no line tells.
    const known = value?.items.some(({ id }) => id === news.id || id === parent) === true;
    return known || fitsFilter(news, this.filter);
  }
}
