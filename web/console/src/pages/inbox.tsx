import type { KindView, RequestFilter, RequestView } from "@groat/client";
import { useRequest, useRequests, useWaiting } from "@groat/react";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Inbox as InboxIcon, Keyboard, ListFilter, Maximize2, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { PAGE_SIZE } from "../api/queries";
import { kindsQuery, presenceQuery } from "../api/requests";
import { InboxLine } from "../inbox/inbox-row";
import { afterwards, arrange, beside, type InboxRow, nextLeave } from "../inbox/list";
import { KEYS, singleKeys, useKeys } from "../inbox/use-keys";
import { cx } from "../lib/cx";
import { useReader, useWide } from "../live/hooks";
import { Headline } from "../requests/headline";
import { Name } from "../requests/people";
import { usePlural } from "../requests/plural";
import { RequestRecord } from "../requests/record";
import { useFresh } from "../requests/request-list";
import { StaffOnly } from "../shell/gate";
import { Button, IconButton } from "../ui/button";
import { Checkbox, Select } from "../ui/field";
import { NewRows } from "../ui/new-rows";
import { Dialog } from "../ui/overlay";
import { EmptyState, ErrorState, Skeleton, SkeletonRows } from "../ui/states";
import { Card, Kbd, PageHeader } from "../ui/surface";

const route = getRouteApi("/inside/inbox");

const SORTS = [
  { value: "newest", label: t`Newest first` },
  { value: "oldest", label: t`Oldest first` },
  { value: "largest", label: t`Largest first` },
] as const;

export function InboxPage() {
  return (
    <StaffOnly>
      <Inbox />
    </StaffOnly>
  );
}

/** Lists the requests that wait for a decision, of all kinds, with the selected one beside the list. */
function Inbox() {
  const { kind: only, user, sort = "newest", id = null } = route.useSearch();
  // Keys come faster than an address changes.
  const [selected, setSelected] = useState(id);
  const navigate = route.useNavigate();
  const declared = useQuery(kindsQuery);
  const kinds = declared.data ?? [];
  const presence = useQuery(presenceQuery).data;
  const wide = useWide();
  const { top, following, reading } = useReader();
  const filter: RequestFilter = {
    waits: true,
    ...(only && { kind: only }),
    ...(user && { user }),
    ...(sort !== "newest" && { sort }),
  };
  const list = useRequests(filter, { limit: PAGE_SIZE, hold: !following, keepPrevious: true });
  const rows = useRows(list.items, JSON.stringify(filter), list.previous, selected);
  const fresh = useFresh(list.items, list.previous || sort !== "newest");
  const chosen = rows.find(({ request }) => request.id === selected)?.request;
  const approve = useRef<HTMLButtonElement>(null);
  const reject = useRef<HTMLButtonElement>(null);
  const pane = useRef<HTMLDivElement>(null);
  const entering = useRef(false);
  const [help, setHelp] = useState(false);
  // Opening a request with Enter moves the focus into it as soon as it is there.
  useEffect(() => {
    if (!chosen || !entering.current) return;
    entering.current = false;
    pane.current?.focus();
  }, [chosen]);

  function select(next: string | null) {
    setSelected(next);
    void navigate({
      search: ({ id: _before, ...rest }) => (next === null ? rest : { ...rest, id: next }),
      replace: true,
    });
  }
  const focusRow = (id: string | null) =>
    document.querySelector<HTMLElement>(`[data-inbox-link="${id}"]`)?.focus();
  function move(step: 1 | -1) {
    const focused = document.activeElement?.getAttribute("data-inbox-link") ?? selected;
    const next = beside(rows, wide ? selected : focused, step);
    if (next === null) return;
    if (wide) select(next);
    focusRow(next);
  }
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    a: () => pressTwice(approve.current),
    r: () => reject.current?.click(),
    n: () => list.fresh > 0 && list.refresh(),
    "?": () => setHelp(true),
    Escape: () => focusRow(selected),
  });

  return (
    <>
      <PageHeader title={t`Inbox`} hint={t`What waits for a decision, live for everybody who decides.`}>
        <Button look="quiet" onClick={() => setHelp(true)} className="max-lg:hidden">
          <Keyboard aria-hidden />{" "}
          <Trans>
            Shortcuts <Kbd>?</Kbd>
          </Trans>
        </Button>
      </PageHeader>
      <div className="mb-4 flex flex-wrap items-center justify-between gap-3">
        <KindFilter
          kinds={kinds}
          only={only}
          onPick={(kind) => {
            setSelected(null);
            void navigate({
              search: ({ kind: _kind, id: _id, ...rest }) => (kind ? { ...rest, kind } : rest),
            });
          }}
        />
        {user && (
          <Button
            size="sm"
            className="mr-auto"
            onClick={() => void navigate({ search: ({ user: _user, ...rest }) => rest })}
          >
            <span>
              <Trans>
                Only <Name of={`user:${user}`} />
              </Trans>
            </span>
            <X aria-hidden />
            <span className="sr-only">
              <Trans>: show everybody's</Trans>
            </span>
          </Button>
        )}
        <Select
          aria-label={t`Sort`}
          className="w-44"
          value={sort}
          onChange={({ target: { value } }) =>
            void navigate({
              search: ({ sort: _sort, ...rest }) =>
                value === "newest" ? rest : { ...rest, sort: value as "oldest" | "largest" },
            })
          }
        >
          {SORTS.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </Select>
      </div>
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(19rem,2fr)_minmax(0,3fr)]">
        <Card aria-label={t`Waiting requests`} data-testid="inbox">
          <div ref={top} />
          <div
            aria-live="polite"
            className={cx("flex justify-center", list.fresh > 0 && "border-line border-b p-2")}
          >
            {list.fresh > 0 && <NewRows count={list.fresh} onShow={list.refresh} />}
          </div>
          {(list.loading && rows.length === 0) || declared.isPending ? (
            <SkeletonRows rows={6} />
          ) : declared.isError && kinds.length === 0 ? (
            <ErrorState error={declared.error} onRetry={() => void declared.refetch()} />
          ) : list.error && rows.length === 0 ? (
            <ErrorState error={list.error} onRetry={list.refresh} />
          ) : rows.length === 0 ? (
            <EmptyState icon={<InboxIcon aria-hidden />} title={t`Nothing waits for a decision`}>
              <Trans>What people file shows up here by itself.</Trans>
            </EmptyState>
          ) : (
            <ul {...reading} className={cx("transition-opacity", list.previous && "opacity-60")}>
              {rows.map((row) => (
                <InboxLine
                  key={row.request.id}
                  row={row}
                  kind={kinds.find(({ name }) => name === row.request.kind)}
                  viewers={presence?.get(row.request.id)}
                  selected={wide && row.request.id === selected}
                  fresh={fresh.has(row.request.id)}
                  onOpen={(opened, keyboard) => {
                    if (!wide) return false;
                    if (keyboard && opened === selected) pane.current?.focus();
                    else {
                      entering.current = keyboard;
                      select(opened);
                    }
                    return true;
                  }}
                />
              ))}
            </ul>
          )}
          {list.hasMore && (
            <div className="flex items-center justify-center gap-3 border-line border-t p-3">
              <span className="num text-faint text-xs">
                <Trans>{rows.length} loaded</Trans>
              </span>
              <Button size="sm" look="quiet" busy={list.loading} onClick={list.loadMore}>
                <Trans>Show more</Trans>
              </Button>
            </div>
          )}
        </Card>
        {wide && (
          <Card
            ref={pane}
            tabIndex={-1}
            aria-label={t`The request`}
            data-testid="inbox-pane"
            className="sticky top-20 max-h-[calc(100dvh-6.5rem)] overflow-y-auto outline-none"
          >
            {chosen ? (
              <Chosen
                key={chosen.id}
                request={chosen}
                kind={kinds.find(({ name }) => name === chosen.kind)}
                approveRef={approve}
                rejectRef={reject}
                onDone={() => {
                  const next = afterwards(rows, chosen.id);
                  select(next);
                  focusRow(next);
                }}
              />
            ) : (
              <EmptyState icon={<Keyboard aria-hidden />} title={t`Choose a request`}>
                <Trans>
                  With a click, or with the keys <Kbd>J</Kbd> and <Kbd>K</Kbd>. <Kbd>?</Kbd> shows all keys.
                </Trans>
              </EmptyState>
            )}
          </Card>
        )}
      </div>
      <KeysDialog open={help} onClose={() => setHelp(false)} />
    </>
  );
}

/** The rows as they are shown: those decided go a moment later, and not while they are looked at. */
function useRows(
  read: readonly RequestView[],
  filter: string,
  placeholder: boolean,
  held: string | null,
): readonly InboxRow[] {
  const shown = useRef<{ filter: string; rows: readonly InboxRow[] }>({ filter, rows: [] });
  const [, tick] = useState(0);
  const before = shown.current.filter === filter ? shown.current.rows : [];
  const rows = arrange(before, read, performance.now(), held);
  const next = nextLeave(rows, held);
  useEffect(() => {
    if (!placeholder) shown.current = { filter, rows };
  });
  useEffect(() => {
    if (next === null) return undefined;
    const timer = setTimeout(() => tick((count) => count + 1), Math.max(0, next - performance.now()));
    return () => clearTimeout(timer);
  }, [next]);
  return rows;
}

/** The first press shows what would be done, the second does it; what asks for more opens its form at once. */
function pressTwice(button: HTMLButtonElement | null): void {
  if (!button) return;
  if (button.dataset.asks !== undefined || document.activeElement === button) button.click();
  else button.focus();
}

function Chosen({
  request,
  kind,
  ...acts
}: Omit<React.ComponentProps<typeof RequestRecord>, "kind"> & { kind: KindView | undefined }) {
  const read = useRequest(request.kind, request.id).request;
  if (!kind) return <Skeleton className="m-6 h-60" />;
  const shown = read ?? request;
  return (
    <>
      <header className="flex items-start justify-between gap-4 border-line border-b px-5 py-4">
        <div className="min-w-0">
          <h2 className="font-semibold">{kind.title}</h2>
          <p className="wrap-anywhere text-muted text-sm first-letter:uppercase">
            <Headline kind={kind} request={shown} />
          </p>
        </div>
        <span className="-mt-1 -mr-2 flex">
          {request.user && (
            <IconButton asChild label={t`Only this person's requests`}>
              <Link to="/inbox" search={(rest) => ({ ...rest, user: request.user })}>
                <ListFilter aria-hidden />
              </Link>
            </IconButton>
          )}
          <IconButton asChild label={t`Open its page`}>
            <Link
              to="/requests/$kind/$id"
              params={{ kind: kind.name, id: request.id }}
              search={{ from: "inbox" }}
            >
              <Maximize2 aria-hidden />
            </Link>
          </IconButton>
        </span>
      </header>
      <div className="p-5">
        <RequestRecord kind={kind} request={shown} {...acts} />
      </div>
    </>
  );
}

/** All kinds, or one of them, with how many of each wait. */
function KindFilter({
  kinds,
  only,
  onPick,
}: {
  kinds: readonly KindView[];
  only: string | undefined;
  onPick: (kind: string | undefined) => void;
}) {
  const waiting = useWaiting() ?? {};
  const plural = usePlural();
  const all = Object.values(waiting).reduce((sum, count) => sum + count, 0);
  const offered = kinds.filter(({ name, states }) => states.some((state) => state.waits) || name === only);
  const options = [
    { name: undefined, title: t`All`, count: all },
    ...offered.map((kind) => ({ name: kind.name, title: plural(kind), count: waiting[kind.name] ?? 0 })),
  ];
  return (
    <fieldset className="min-w-0 max-w-full">
      <legend className="sr-only">
        <Trans>Kinds</Trans>
      </legend>
      <div className="scroll-quiet -mx-4 flex gap-1 overflow-x-auto px-4 py-0.5 sm:mx-0 sm:px-0">
        {options.map(({ name, title, count }) => (
          <label
            key={title}
            className={cx(
              "relative inline-flex h-11 shrink-0 cursor-pointer items-center gap-2 rounded-md border px-3 font-medium text-sm has-focus-visible:outline-2 has-focus-visible:outline-accent sm:h-9",
              name === only
                ? "border-line bg-surface text-ink shadow-card"
                : "border-transparent text-muted hover:bg-hover hover:text-ink",
            )}
          >
            <input
              type="radio"
              name="kind"
              className="absolute inset-0 cursor-pointer opacity-0"
              checked={name === only}
              onChange={() => onPick(name)}
            />
            {title}
            <span className="num text-faint text-xs">{count}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function KeysDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const on = singleKeys.use() === "on";
  return (
    <Dialog open={open} onOpenChange={(next) => !next && onClose()} title={t`Shortcuts`} testId="keys-dialog">
      <dl className="divide-y divide-line text-sm">
        {KEYS.map(({ keys, does }) => (
          <div key={keys} className="flex items-center justify-between gap-4 py-2">
            <dt>
              {keys.split(" / ").map((key, index) => (
                <span key={key}>
                  {index > 0 && <span className="mx-1 text-faint">/</span>}
                  <Kbd>{key}</Kbd>
                </span>
              ))}
            </dt>
            <dd className="text-right text-muted">{does}</dd>
          </div>
        ))}
      </dl>
      {/* biome-ignore lint/a11y/noLabelWithoutControl: the checkbox is in it */}
      <label className="mt-4 flex items-center gap-3 text-sm">
        <Checkbox
          checked={on}
          onCheckedChange={(checked) => singleKeys.set(checked === true ? "on" : "off")}
        />
        <Trans>Single keys act on this device</Trans>
      </label>
    </Dialog>
  );
}
