import type { NotificationView } from "@groat/client";
import { useNotifications } from "@groat/react";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Bell, CheckCheck, SlidersHorizontal } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { explain } from "../../../api/problem";
import { useReader } from "../../../live/hooks";
import { useAsOf } from "../../../live/status";
import { Button } from "../../../ui/button";
import { Choice } from "../../../ui/field";
import { NewRows } from "../../../ui/new-rows";
import { EmptyState, ErrorState, Notice, SkeletonRows } from "../../../ui/states";
import { Card, PageHeader } from "../../../ui/surface";
import { useNow } from "../../../ui/text";
import { byDay, settledAt } from "../days";
import { NoticeRow } from "../notice-row";
import { PreferencesSheet } from "../preferences";

type Show = "all" | "unread";

/** All that the person was told, by day. */
export function NotificationsPage() {
  const [choosing, setChoosing] = useState(false);
  return (
    <div className="max-w-3xl">
      <PageHeader title={t`Notifications`} hint={t`What is read here is read on all your devices.`}>
        <Button onClick={() => setChoosing(true)}>
          <SlidersHorizontal aria-hidden /> <Trans>Preferences</Trans>
        </Button>
      </PageHeader>
      <NotificationList />
      <PreferencesSheet open={choosing} onClose={() => setChoosing(false)} />
    </div>
  );
}

/** Those that came in are on top by themselves while nobody is at work in the list; else they wait behind "n new". */
function useSettled(items: readonly NotificationView[], following: boolean) {
  const newest = items[0]?.id ?? null;
  const [settled, setSettled] = useState(newest);
  const fresh = useRef(new Set<string>());
  useEffect(() => {
    if (newest !== settled && (following || settled === null)) setSettled(newest);
  }, [newest, settled, following]);
  const visible = useMemo(() => settledAt(items, settled), [items, settled]);
  const waiting = items.slice(0, items.length - visible.length);
  const known = useRef<string | null>(null);
  if (newest !== null && newest !== known.current) {
    if (known.current !== null) {
      for (const { id } of items) {
        if (id === known.current) break;
        fresh.current.add(id);
      }
    }
    known.current = newest;
  }
  return { visible, waiting: waiting.length, fresh: fresh.current, show: () => setSettled(newest) };
}

function NotificationList() {
  const { items, unread, loading, hasMore, loadMore, markRead, markAllRead, error } = useNotifications();
  const [show, setShow] = useState<Show>("all");
  const [marking, setMarking] = useState(false);
  const { top, following, reading } = useReader();
  const { visible, waiting, fresh, show: showNew } = useSettled(items, following);
  const asOf = useAsOf();
  const now = useNow(60_000);
  const shown = show === "unread" ? visible.filter((item) => !item.read) : visible;
  const days = useMemo(() => byDay(shown, new Date(now)), [shown, now]);
  // Beyond the last one that is not read, older pages have nothing to show.
  const more = hasMore && (show === "all" || shown.length < unread);

  async function markAll() {
    setMarking(true);
    await markAllRead();
    setMarking(false);
  }

  return (
    <Card aria-label={t`Notifications`} data-testid="notifications">
      <div ref={top} />
      <header className="flex flex-wrap items-center gap-x-4 gap-y-3 px-4 py-3.5 sm:px-5">
        <Choice
          label={t`Which`}
          value={show}
          options={[
            { value: "all", label: t`All` },
            { value: "unread", label: <UnreadLabel unread={unread} /> },
          ]}
          onChange={setShow}
        />
        <div className="ml-auto flex flex-wrap items-center gap-2">
          {asOf && <span className="num text-faint text-xs">{asOf}</span>}
          <div aria-live="polite">{waiting > 0 && <NewRows count={waiting} onShow={showNew} />}</div>
          {unread > 0 && (
            <Button size="sm" look="quiet" busy={marking} onClick={() => void markAll()}>
              <CheckCheck className="max-sm:hidden" aria-hidden /> <Trans>Mark all as read</Trans>
            </Button>
          )}
        </div>
      </header>
      {error && items.length > 0 && (
        <div className="px-4 pb-3.5 sm:px-5">
          <Notice tone="bad" role="alert">
            {explain(error)}
          </Notice>
        </div>
      )}
      {loading && items.length === 0 ? (
        <SkeletonRows />
      ) : error && items.length === 0 ? (
        <ErrorState error={error} onRetry={loadMore} />
      ) : days.length === 0 ? (
        <div className="border-line border-t">
          {items.length === 0 ? (
            <EmptyState icon={<Bell aria-hidden />} title={t`Nothing yet`}>
              <Trans>What happens to your money and your requests is told here, as it happens.</Trans>
            </EmptyState>
          ) : (
            <EmptyState icon={<CheckCheck aria-hidden />} title={t`All read`}>
              <Trans>New ones show up here by themselves.</Trans>
            </EmptyState>
          )}
        </div>
      ) : (
        <div {...reading}>
          {days.map(({ day, title, items: told }) => (
            <section key={day} aria-labelledby={`day-${day}`}>
              <h2
                id={`day-${day}`}
                className="border-line border-y bg-sunken px-4 py-1.5 font-medium text-faint text-xs sm:px-5"
              >
                {title}
              </h2>
              <ul className="divide-y divide-line">
                {told.map((notification) => (
                  <NoticeRow
                    key={notification.id}
                    notification={notification}
                    fresh={fresh.has(notification.id)}
                    onRead={({ id }) => void markRead({ ids: [id] })}
                  />
                ))}
              </ul>
            </section>
          ))}
        </div>
      )}
      {more && (
        <div className="flex justify-center border-line border-t p-3">
          <Button size="sm" look="quiet" busy={loading} onClick={loadMore}>
            <Trans>Show older</Trans>
          </Button>
        </div>
      )}
    </Card>
  );
}

function UnreadLabel({ unread }: { unread: number }) {
  return (
    <>
      <Trans>Unread</Trans>
      {unread > 0 && (
        <span className="num ml-1.5 rounded-full bg-accent-soft px-1.5 text-accent text-xs">{unread}</span>
      )}
    </>
  );
}
