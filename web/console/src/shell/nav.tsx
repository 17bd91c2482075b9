import { useGroatState as useLive } from "@groat/react";
import { useQuery } from "@tanstack/react-query";
import { Link, useRouterState } from "@tanstack/react-router";
import {
  Bell,
  Bitcoin,
  CreditCard,
  Ellipsis,
  FileText,
  HandCoins,
  Inbox,
  KeyRound,
  type LucideIcon,
  ReceiptText,
  ScrollText,
  Send,
  Sheet,
  Users,
  Wallet,
} from "lucide-react";
import { kindsQuery, waitingQuery } from "../api/requests";
import { cx } from "../lib/cx";
import { usePerson, useRights } from "../live/hooks";
import { BANK_PAGES } from "../programs/bank/pages";
import { Menu, MenuItem } from "../ui/overlay";

export interface Place {
  to:
    | "/"
    | "/transfers"
    | "/cards"
    | "/loans"
    | "/bitcoin"
    | "/statements"
    | "/notifications"
    | "/inbox"
    | "/requests"
    | "/users"
    | "/bulk"
    | "/audit"
    | "/keys";
  label: string;
  /** For the bar at the foot of a phone. */
  short: string;
  icon: LucideIcon;
  /** The number of things that wait there. */
  count?: number;
}

/** The bar at the foot of a phone holds so many places; the others are behind "More". */
const FOOT_MAX = 5;

/** The number of requests that wait for a decision; 0 for those who decide nothing. */
function useWaiting(): number {
  const { staff } = useRights();
  const query = useQuery({ ...waitingQuery, enabled: staff });
  return Object.values(query.data ?? {}).reduce((sum, count) => sum + count, 0);
}

/** The bank's pages, where this server's programs have what they show. */
const BANK: (Place & { kind: string })[] = [
  { kind: "transfer", to: "/transfers", label: "Transfers", short: "Transfers", icon: Send },
  { kind: "card", to: "/cards", label: "Cards", short: "Cards", icon: CreditCard },
  { kind: "loan", to: "/loans", label: "Loans", short: "Loans", icon: HandCoins },
  { kind: "bitcoin_transaction", to: "/bitcoin", label: "Bitcoin", short: "Bitcoin", icon: Bitcoin },
];

/** Lists the pages of this person. Staff have the pages for one's own money only if they have some. */
export function usePlaces(): { own: Place[]; staff: Place[] } {
  const { staff, admin } = useRights();
  const { user } = usePerson();
  const kinds = useQuery(kindsQuery).data ?? [];
  const waiting = useWaiting();
  const rich = useLive((state) =>
    Object.values(state.balances).some(({ account }) => account === `user:${user}`),
  );
  const named = new Set(kinds.map(({ name }) => name));
  const others = kinds.some(({ name }) => !(name in BANK_PAGES));
  const requests: Place = { to: "/requests", label: "Requests", short: "Requests", icon: FileText };
  const told: Place = { to: "/notifications", label: "Notifications", short: "News", icon: Bell };
  const own: Place[] = [
    { to: "/", label: "My balance", short: "Balance", icon: Wallet },
    ...(!staff || rich ? BANK.filter(({ kind }) => named.has(kind)) : []),
    ...(!staff && others ? [requests] : []),
    ...(!staff || rich
      ? [{ to: "/statements" as const, label: "Statements", short: "Statements", icon: ReceiptText }]
      : []),
  ];
  if (!staff) return { own: [...own, told], staff: [] };
  return {
    own,
    staff: [
      ...(kinds.length > 0
        ? [{ to: "/inbox" as const, label: "Inbox", short: "Inbox", icon: Inbox, count: waiting }, requests]
        : []),
      { to: "/users", label: "Users", short: "Users", icon: Users },
      ...(admin ? [{ to: "/bulk" as const, label: "Bulk credits", short: "Bulk", icon: Sheet }] : []),
      { to: "/audit", label: "Audit log", short: "Audit", icon: ScrollText },
      ...(admin ? [{ to: "/keys" as const, label: "API keys", short: "Keys", icon: KeyRound }] : []),
    ],
  };
}

function Count({ count, className }: { count: number | undefined; className?: string }) {
  if (!count) return null;
  return (
    <span
      data-testid="inbox-count"
      className={cx(
        "num rounded-full bg-accent-soft px-1.5 font-medium text-[0.6875rem] text-accent leading-[1.125rem]",
        className,
      )}
    >
      {count > 999 ? "999+" : count}
      <span className="sr-only"> waiting</span>
    </span>
  );
}

const FOOT =
  "flex min-h-14 flex-1 flex-col items-center justify-center gap-0.5 rounded-md font-medium text-[0.6875rem] text-faint transition-colors data-[status=active]:text-ink data-[status=active]:[&_svg]:text-accent";

function SideLink({ place }: { place: Place }) {
  const Icon = place.icon;
  return (
    <Link
      to={place.to}
      activeOptions={{ exact: place.to === "/" }}
      className={cx(
        "relative flex h-10 items-center gap-3 rounded-md px-3 font-medium text-muted text-sm transition-colors hover:bg-hover hover:text-ink data-[status=active]:bg-hover data-[status=active]:text-ink",
        "before:absolute before:top-2.5 before:-left-3 before:h-5 before:w-0.5 before:rounded-full data-[status=active]:before:bg-accent",
      )}
    >
      <Icon className="size-4" aria-hidden />
      {place.label}
      <Count count={place.count} className="ml-auto" />
    </Link>
  );
}

export function SideNav() {
  const { own, staff } = usePlaces();
  return (
    <nav aria-label="Main" className="flex flex-col gap-1 overflow-y-auto px-3">
      {own.map((place) => (
        <SideLink key={place.to} place={place} />
      ))}
      {staff.length > 0 && <p className="mt-5 mb-1 px-3 font-medium text-faint text-xs">Administration</p>}
      {staff.map((place) => (
        <SideLink key={place.to} place={place} />
      ))}
    </nav>
  );
}

/** On phones the same places are at the foot, in reach of the thumb. */
export function FootNav() {
  const { own, staff } = usePlaces();
  // Staff who decide have their work at hand; their own pages are then behind "More".
  const places = staff.length > 0 ? [...staff.slice(0, 3), ...own, ...staff.slice(3)] : own;
  const path = useRouterState({ select: (state) => state.location.pathname });
  if (places.length < 2) return null;
  const shown = places.length > FOOT_MAX ? places.slice(0, FOOT_MAX - 1) : places;
  const more = places.slice(shown.length);
  return (
    <>
      <div aria-hidden className="h-16 lg:hidden" />
      <nav
        aria-label="Main"
        className="fixed inset-x-0 bottom-0 z-30 flex border-line border-t bg-surface px-1 pb-[env(safe-area-inset-bottom)] lg:hidden"
      >
        {shown.map((place) => (
          <Link key={place.to} to={place.to} activeOptions={{ exact: place.to === "/" }} className={FOOT}>
            <span className="relative">
              <place.icon className="size-5" aria-hidden />
              <Count count={place.count} className="absolute -top-1.5 left-3" />
            </span>
            {place.short}
          </Link>
        ))}
        {more.length > 0 && (
          <Menu
            trigger={
              <button
                type="button"
                className={FOOT}
                data-status={more.some(({ to }) => to !== "/" && path.startsWith(to)) ? "active" : undefined}
              >
                <Ellipsis className="size-5" aria-hidden />
                More
              </button>
            }
          >
            {more.map((place) => (
              <MenuItem key={place.to} asChild>
                <Link to={place.to}>
                  <place.icon aria-hidden />
                  {place.label}
                </Link>
              </MenuItem>
            ))}
          </Menu>
        )}
      </nav>
    </>
  );
}
