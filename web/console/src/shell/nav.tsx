import { Link } from "@tanstack/react-router";
import { KeyRound, ScrollText, Sheet, Users, Wallet } from "lucide-react";
import type { ComponentType } from "react";
import { cx } from "../lib/cx";
import { useRights } from "../live/hooks";

export interface Place {
  to: "/" | "/users" | "/bulk" | "/audit" | "/keys";
  label: string;
  /** For the bar at the foot of a phone. */
  short: string;
  icon: ComponentType<{ className?: string; "aria-hidden"?: boolean }>;
}

const OWN: Place[] = [{ to: "/", label: "My balance", short: "Balance", icon: Wallet }];
const STAFF: Place[] = [{ to: "/users", label: "Users", short: "Users", icon: Users }];
const ADMIN: Place[] = [{ to: "/bulk", label: "Bulk credits", short: "Bulk", icon: Sheet }];
const RECORDS: Place[] = [{ to: "/audit", label: "Audit log", short: "Audit", icon: ScrollText }];
const KEYS: Place[] = [{ to: "/keys", label: "API keys", short: "Keys", icon: KeyRound }];

/** Where this person may go. */
export function usePlaces(): { own: Place[]; staff: Place[] } {
  const { staff, admin } = useRights();
  return {
    own: OWN,
    staff: staff ? [...STAFF, ...(admin ? ADMIN : []), ...RECORDS, ...(admin ? KEYS : [])] : [],
  };
}

function NavLink({ place, foot = false }: { place: Place; foot?: boolean }) {
  const Icon = place.icon;
  return (
    <Link
      to={place.to}
      activeOptions={{ exact: place.to === "/" }}
      className={cx(
        "flex items-center font-medium transition-colors",
        foot
          ? "min-h-14 flex-1 flex-col justify-center gap-0.5 rounded-md text-[0.6875rem] text-faint data-[status=active]:text-ink"
          : "relative h-10 gap-3 rounded-md px-3 text-muted text-sm hover:bg-hover hover:text-ink data-[status=active]:bg-hover data-[status=active]:text-ink",
        !foot &&
          "before:absolute before:top-2.5 before:-left-3 before:h-5 before:w-0.5 before:rounded-full data-[status=active]:before:bg-accent",
        foot && "data-[status=active]:[&_svg]:text-accent",
      )}
    >
      <Icon className={foot ? "size-5" : "size-4"} aria-hidden />
      {foot ? place.short : place.label}
    </Link>
  );
}

export function SideNav() {
  const { own, staff } = usePlaces();
  return (
    <nav aria-label="Main" className="flex flex-col gap-1 px-3">
      {own.map((place) => (
        <NavLink key={place.to} place={place} />
      ))}
      {staff.length > 0 && <p className="mt-5 mb-1 px-3 font-medium text-faint text-xs">Administration</p>}
      {staff.map((place) => (
        <NavLink key={place.to} place={place} />
      ))}
    </nav>
  );
}

/** On phones the same places are at the foot, in reach of the thumb. */
export function FootNav() {
  const { own, staff } = usePlaces();
  if (staff.length === 0) return null;
  return (
    <nav
      aria-label="Main"
      className="fixed inset-x-0 bottom-0 z-30 flex border-line border-t bg-surface px-1 pb-[env(safe-area-inset-bottom)] lg:hidden"
    >
      {[...own, ...staff].map((place) => (
        <NavLink key={place.to} place={place} foot />
      ))}
    </nav>
  );
}
