import { useWaiting } from "@groat/react";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Link, useRouterState } from "@tanstack/react-router";
import { Ellipsis, FileText, Inbox, KeyRound, ScrollText, Users, Wallet } from "lucide-react";
import { areOfPeople, kindsQuery } from "../api/requests";
import { cx } from "../lib/cx";
import { useRights } from "../live/hooks";
import type { NavEntry } from "../registry/program";
import { useKindModules, usePrograms } from "../registry/registry";
import { Menu, MenuItem } from "../ui/overlay";
import { useAudience } from "./audience";

/** A page in the navigation. */
export type Place = Omit<NavEntry, "section" | "order" | "when"> & {
  /** The number of things that wait there. */
  count?: number;
};

/** The bar at the foot of a phone holds so many places; the others are behind "More". */
const FOOT_MAX = 5;
/** The place of an entry that names none. */
const ORDER = 40;

/** The number of requests that wait for a decision; 0 for those who decide nothing. */
function useDecisions(): number {
  const { staff } = useRights();
  return Object.values(useWaiting({ skip: !staff }) ?? {}).reduce((sum, count) => sum + count, 0);
}

/** Lists the pages of this person, those of programs among the console's own. */
export function usePlaces(): { own: Place[]; staff: Place[] } {
  const audience = useAudience();
  const waiting = useDecisions();
  const moduleOf = useKindModules();
  const unpaged = useQuery(kindsQuery).data?.some((kind) => areOfPeople(kind) && !moduleOf(kind)?.page);
  const requests = { to: "/requests", label: t`Requests`, icon: FileText };
  const entries: (NavEntry & Place)[] = [
    { section: "own", order: 0, to: "/", label: t`My balance`, short: t`Balance`, icon: Wallet },
    { section: "own", order: 50, ...requests, when: ({ staff }) => !staff && unpaged === true },
    {
      section: "staff",
      order: 0,
      to: "/inbox",
      label: t`Inbox`,
      icon: Inbox,
      count: waiting,
      when: ({ kinds }) => kinds.size > 0,
    },
    { section: "staff", order: 10, ...requests, when: ({ kinds }) => kinds.size > 0 },
    { section: "staff", order: 20, to: "/users", label: t`Users`, icon: Users },
    { section: "staff", order: 70, to: "/audit", label: t`Audit log`, short: t`Audit`, icon: ScrollText },
    {
      section: "staff",
      order: 80,
      to: "/keys",
      label: t`API keys`,
      short: t`Keys`,
      icon: KeyRound,
      when: ({ admin }) => admin,
    },
    ...usePrograms().flatMap(({ nav = [] }) => nav),
  ];
  const sorted = entries.sort((left, right) => (left.order ?? ORDER) - (right.order ?? ORDER));
  const places = (wanted: NavEntry["section"]): Place[] =>
    sorted.filter(({ section, when }) => section === wanted && (when?.(audience) ?? true));
  return { own: places("own"), staff: audience.staff ? places("staff") : [] };
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
      <span className="sr-only">
        {" "}
        <Trans>waiting</Trans>
      </span>
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
    <nav
      aria-label={t({ message: "Main", context: "navigation" })}
      className="flex flex-col gap-1 overflow-y-auto px-3"
    >
      {own.map((place) => (
        <SideLink key={place.to} place={place} />
      ))}
      {staff.length > 0 && (
        <p className="mt-5 mb-1 px-3 font-medium text-faint text-xs">
          <Trans>Administration</Trans>
        </p>
      )}
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
        aria-label={t({ message: "Main", context: "navigation" })}
        className="fixed inset-x-0 bottom-0 z-30 flex border-line border-t bg-surface px-1 pb-[env(safe-area-inset-bottom)] lg:hidden"
      >
        {shown.map((place) => (
          <Link key={place.to} to={place.to} activeOptions={{ exact: place.to === "/" }} className={FOOT}>
            <span className="relative">
              <place.icon className="size-5" aria-hidden />
              <Count count={place.count} className="absolute -top-1.5 left-3" />
            </span>
            {place.short ?? place.label}
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
                <Trans>More</Trans>
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
