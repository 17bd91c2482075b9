import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { ChevronsUpDown, Languages, LogOut, Monitor, Moon, Sun } from "lucide-react";
import { type Language, language } from "../lib/language";
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

// Each language calls itself by its own name.
const LANGUAGES: { value: "system" | Language; label: string; lang?: Language }[] = [
  { value: "system", label: t`As the browser` },
  { value: "en", label: "English", lang: "en" },
  { value: "de", label: "Deutsch", lang: "de" },
];

/** Chooses the language of the texts. All of them are said anew: the page is loaded again. */
function choose(value: "system" | Language): void {
  if (value === language.get()) return;
  language.set(value);
  window.location.reload();
}

/** Shows who is signed in, the choices of theme and language, and signing out. */
export function UserMenu({ wide = false }: { wide?: boolean }) {
  const { user, name } = usePerson();
  const { admin, staff } = useRights();
  const chosen = theme.use();
  const spokenAs = language.use();
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
      <MenuLabel>
        <Trans>Language</Trans>
      </MenuLabel>
      {LANGUAGES.map(({ value, label, lang }) => (
        <MenuItem
          key={value}
          role="menuitemradio"
          aria-checked={value === spokenAs}
          onSelect={() => choose(value)}
          className="aria-checked:font-medium aria-checked:[&_svg]:text-accent"
        >
          <Languages aria-hidden /> <span lang={lang}>{label}</span>
        </MenuItem>
      ))}
      <MenuLine />
      <MenuItem onSelect={signOut}>
        <LogOut aria-hidden /> <Trans>Sign out</Trans>
      </MenuItem>
    </Menu>
  );
}
