import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { ChevronsUpDown, LogOut, Monitor, Moon, Sun } from "lucide-react";
import { theme } from "../lib/settings";
import { usePerson, useRights } from "../live/hooks";
import { Menu, MenuItem, MenuLabel, MenuLine } from "../ui/overlay";
import { Initial } from "../ui/surface";
import { useSignOut } from "./sign-out";

const THEMES = [
  { value: "system", label: t`As the system`, icon: Monitor },
  { value: "light", label: t`Light`, icon: Sun },
  { value: "dark", label: t`Dark`, icon: Moon },
] as const;

/** Shows who is signed in, the choice of theme, and signing out. */
export function UserMenu({ wide = false }: { wide?: boolean }) {
  const { user, name } = usePerson();
  const { admin, staff } = useRights();
  const chosen = theme.use();
  const signOut = useSignOut();
  const role = admin ? t`Administrator` : staff ? t`Support` : user;
  return (
    <Menu
      align={wide ? "start" : "end"}
      trigger={
        wide ? (
          <button
            type="button"
            data-testid="user-menu"
            className="flex w-full items-center gap-3 rounded-md px-2 py-2 text-left hover:bg-hover"
          >
            <Initial name={name} />
            <span className="min-w-0 flex-1">
              <span className="block truncate font-medium text-sm">{name}</span>
              <span className="block truncate text-faint text-xs">{role}</span>
            </span>
            <ChevronsUpDown className="size-4 text-faint" aria-hidden />
          </button>
        ) : (
          <button
            type="button"
            data-testid="user-menu-small"
            aria-label={t`Account of ${name}`}
            className="flex size-11 items-center justify-center rounded-md hover:bg-hover"
          >
            <Initial name={name} />
          </button>
        )
      }
    >
      <MenuLabel>
        {name} · {role}
      </MenuLabel>
      <MenuLine />
      <MenuLabel>
        <Trans>Appearance</Trans>
      </MenuLabel>
      {THEMES.map(({ value, label, icon: Icon }) => (
        <MenuItem
          key={value}
          role="menuitemradio"
          aria-checked={value === chosen}
          onSelect={() => theme.set(value)}
          className="aria-checked:font-medium aria-checked:[&_svg]:text-accent"
        >
          <Icon aria-hidden /> {label}
        </MenuItem>
      ))}
      <MenuLine />
      <MenuItem onSelect={signOut}>
        <LogOut aria-hidden /> <Trans>Sign out</Trans>
      </MenuItem>
    </Menu>
  );
}
