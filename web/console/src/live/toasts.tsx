import { add, type Change, compare, formatAmount, isZero, negate } from "@groat/client";
import { t } from "@lingui/core/macro";
import { useEffect, useRef, useState } from "react";
import { toast } from "sonner";
import { groat } from "../groat";
import { accountLabel } from "../lib/accounts";

/** Changes of one balance within this time are one toast. */
const TOGETHER_MS = 1_000;
/** A screen reader hears of changes at most this often. */
const ANNOUNCE_MS = 5_000;

interface Gathered {
  delta: string;
  count: number;
  reason: string;
  balance: string;
  /** It is what expired, and no change that somebody made. */
  expired: boolean;
  /** Something was added since it was last shown. */
  dirty: boolean;
}

const signed = (delta: string, asset: string) => `${formatAmount(delta, { sign: "always" })} ${asset}`;

/** "120 credits expired", "12.50 USD expired". */
function lost(amount: string, asset: string): string {
  if (asset !== "CREDIT") return t`${formatAmount(amount)} ${asset} expired`;
  return amount === "1" ? t`1 credit expired` : t`${formatAmount(amount)} credits expired`;
}

/**
 * Tells of what others did to one's own money: a toast per balance that is updated in place, and a calm summary for screen
 * readers. What the person did here themselves (their event carries their key) is on the page already.
 */
export function LiveToasts() {
  const [announcement, setAnnouncement] = useState("");
  const heard = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    const gathered = new Map<string, Gathered>();
    const timers = new Map<string, ReturnType<typeof setTimeout>>();
    let pending = "";
    let speaker: ReturnType<typeof setTimeout> | undefined;

    function announce(text: string) {
      pending = text;
      clearTimeout(speaker);
      const wait = Math.max(0, heard.current + ANNOUNCE_MS - performance.now());
      speaker = setTimeout(() => {
        heard.current = performance.now();
        setAnnouncement(pending);
      }, wait);
    }

    function show(account: string, asset: string, id: string, news: Gathered) {
      news.dirty = false;
      if (isZero(news.delta)) return;
      const place = account.split(":").length > 2 ? ` in ${accountLabel(account)}` : "";
      const what = news.expired ? lost(negate(news.delta), asset) : signed(news.delta, asset);
      const title = `${what}${place}`;
      const description = news.count > 1 ? `${news.count} changes` : news.expired ? undefined : news.reason;
      const look = compare(news.delta, "0") > 0 ? toast.success : toast.info;
      look(title, { id, description });
      announce(`${title}. Balance ${formatAmount(news.balance)} ${asset}.`);
    }

    function watch(account: string, asset: string, id: string) {
      const news = gathered.get(id);
      if (!news?.dirty) {
        gathered.delete(id);
        timers.delete(id);
        return;
      }
      show(account, asset, id, news);
      timers.set(id, setTimeout(watch, TOGETHER_MS, account, asset, id));
    }

    function take(change: Change) {
      const { user: me, paused } = groat.getState();
      if (paused) return;
      if (change.type === "away") {
        const own = change.changes.filter(({ account, delta }) => isOwn(account, me) && !isZero(delta));
        if (own.length === 0) return;
        const text = own.map(({ asset, delta }) => signed(delta, asset)).join(", ");
        toast.info(t`${text} while you were away`, { id: "away" });
        announce(t`${text} while you were away.`);
        return;
      }
      if (change.type !== "event" || !change.live || change.event.stream !== `user:${me}`) return;
      const { event } = change;
      // A change with a notification is told by the notification, as the person wants it.
      if (event.key !== undefined || event.notification) return;
      for (const { account, asset, delta, balance } of event.changes ?? []) {
        const expired = event.kind === "expire_grant";
        const id = `${account}/${asset}/${expired ? event.kind : event.type}`;
        const known = gathered.get(id);
        const news: Gathered = {
          delta: known ? add(known.delta, delta) : delta,
          count: (known?.count ?? 0) + 1,
          reason: event.reason ?? "",
          balance,
          expired,
          dirty: true,
        };
        gathered.set(id, news);
        if (known) continue;
        show(account, asset, id, news);
        timers.set(id, setTimeout(watch, TOGETHER_MS, account, asset, id));
      }
    }

    const stop = groat.onChange(take);
    return () => {
      stop();
      clearTimeout(speaker);
      for (const timer of timers.values()) clearTimeout(timer);
    };
  }, []);
  return (
    <p role="status" className="sr-only" data-testid="announcer">
      {announcement}
    </p>
  );
}

function isOwn(account: string, user: string | null): boolean {
  return account === `user:${user}` || account.startsWith(`user:${user}:`);
}
