import { useGroatState as useLive } from "@groat/react";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { LogOut, Monitor, Moon, Pause, Play, Sun, User } from "lucide-react";
import { Dialog } from "radix-ui";
import { useDeferredValue, useState } from "react";
import { usersQuery } from "../api/queries";
import { groat } from "../groat";
import { theme } from "../lib/settings";
import { useRights } from "../live/hooks";
import type { Icon as IconType, PaletteEntry } from "../registry/program";
import { usePrograms } from "../registry/registry";
import { useAudience } from "./audience";
import { usePlaces } from "./nav";
import { useSignOut } from "./sign-out";

const ITEM =
  "flex min-h-11 cursor-pointer items-center gap-3 rounded-md px-3 text-sm sm:min-h-10 data-[selected=true]:bg-hover [&_svg]:size-4 [&_svg]:text-faint";
const GROUP =
  "[&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:pt-3 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-faint";

export interface PaletteProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Everything within a few keys: pages, people, and the acts that belong to no page. */
export function Palette({ open, onOpenChange }: PaletteProps) {
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 animate-appear bg-veil" />
        <Dialog.Content
          data-testid="palette"
          aria-describedby={undefined}
          className="fixed inset-x-3 top-[10dvh] z-50 mx-auto max-w-xl animate-appear overflow-hidden rounded-xl border border-line bg-raised shadow-float"
        >
          <Dialog.Title className="sr-only">
            <Trans>Search and commands</Trans>
          </Dialog.Title>
          <Commands close={() => onOpenChange(false)} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Commands({ close }: { close: () => void }) {
  const [text, setText] = useState("");
  const navigate = useNavigate();
  const signOut = useSignOut();
  const { own, staff } = usePlaces();
  const entries = useEntries();
  const rights = useRights();
  const paused = useLive((state) => state.paused);
  const people = usePeople(text, rights.staff);
  const does = (act: () => void) => () => {
    close();
    act();
  };
  return (
    <Command label={t`Search and commands`} loop>
      <Command.Input
        value={text}
        onValueChange={setText}
        placeholder={rights.staff ? t`Go to a page or a person …` : t`Go to a page, or do something …`}
        className="h-13 w-full border-line border-b bg-transparent px-5 text-base outline-none"
      />
      <Command.List className="max-h-[55dvh] overflow-y-auto p-1.5">
        <Command.Empty className="px-3 py-8 text-center text-muted text-sm">
          <Trans>Nothing found.</Trans>
        </Command.Empty>
        <Command.Group heading="Pages" className={GROUP}>
          {[...own, ...staff].map((place) => (
            <Command.Item
              key={place.to}
              className={ITEM}
              onSelect={does(() => void navigate({ to: place.to }))}
            >
              <place.icon aria-hidden /> {place.label}
            </Command.Item>
          ))}
        </Command.Group>
        {people.length > 0 && (
          <Command.Group heading="People" className={GROUP}>
            {people.map((person) => (
              <Command.Item
                key={person.user}
                value={`person ${person.user}`}
                keywords={[person.name ?? "", person.email ?? ""]}
                className={ITEM}
                onSelect={does(() => void navigate({ to: "/users/$user", params: { user: person.user } }))}
              >
                <User aria-hidden />
                <span className="truncate">{person.name || person.user}</span>
                <span className="ml-auto truncate text-faint text-xs">{person.email || person.user}</span>
              </Command.Item>
            ))}
          </Command.Group>
        )}
        <Command.Group heading="Do" className={GROUP}>
          {entries.map(({ label, icon, to, search, keywords }) => (
            <Act
              key={label}
              icon={icon}
              label={label}
              keywords={keywords}
              act={does(() => void navigate({ to, ...(search && { search }) }))}
            />
          ))}
          <Act
            icon={paused ? Play : Pause}
            label={paused ? t`Resume live` : t`Pause live`}
            act={does(() => (paused ? groat.resume() : groat.pause()))}
          />
          <Act icon={Sun} label={t`Light appearance`} act={does(() => theme.set("light"))} />
          <Act icon={Moon} label={t`Dark appearance`} act={does(() => theme.set("dark"))} />
          <Act icon={Monitor} label={t`Appearance as the system`} act={does(() => theme.set("system"))} />
          <Act icon={LogOut} label={t`Sign out`} act={does(signOut)} />
        </Command.Group>
      </Command.List>
    </Command>
  );
}

/** The entries of programs for this person. */
function useEntries(): PaletteEntry[] {
  const audience = useAudience();
  const entries = usePrograms().flatMap(({ palette = [] }) => palette);
  return entries.filter(({ when }) => when?.(audience) ?? true);
}

function Act({
  icon: Icon,
  label,
  keywords,
  act,
}: {
  icon: IconType;
  label: string;
  keywords?: string[] | undefined;
  act: () => void;
}) {
  return (
    <Command.Item className={ITEM} onSelect={act} {...(keywords && { keywords })}>
      <Icon aria-hidden /> {label}
    </Command.Item>
  );
}

/** People found by the server for what is typed; staff only. */
function usePeople(text: string, allowed: boolean) {
  const q = useDeferredValue(text.trim());
  const query = useInfiniteQuery({ ...usersQuery(q), enabled: allowed && q.length > 0 });
  return q && allowed ? (query.data?.pages[0]?.items.slice(0, 6) ?? []) : [];
}
