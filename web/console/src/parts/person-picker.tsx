import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { type KeyboardEvent, useDeferredValue, useEffect, useId, useRef, useState } from "react";
import { userQuery, usersQuery } from "../api/queries";
import { countPeople } from "../lib/counted";
import { cx } from "../lib/cx";
import { usePerson } from "../live/hooks";
import { Button } from "../ui/button";
import { Field, Input } from "../ui/field";
import { ErrorState, SkeletonRows } from "../ui/states";
import { HouseMark, Initial } from "../ui/surface";

interface Person {
  user: string;
  name?: string | null;
  email?: string | null;
}

interface PickerProps {
  label: string;
  /** The id of the person who is chosen; "" while nobody is. */
  value: string;
  onChange: (user: string) => void;
  /** The reader may choose themselves, and stands first. */
  self?: boolean;
  /** The streams that may be chosen, with `*` for any one segment: people, and others such as "house:promo". */
  owners?: readonly string[];
}

const PEOPLE = "user:*";

/** Whether a stream is one of a pattern's: "house:promo" of "house:*". */
function fits(pattern: string, stream: string): boolean {
  const [wanted, given] = [pattern.split(":"), stream.split(":")];
  return (
    wanted.length === given.length &&
    wanted.every((part, index) =>
      part === "*" ? /^[\w-]+$/.test(given[index] ?? "") : part === given[index],
    )
  );
}

/** Chooses a person by name, id or e-mail address, or another owner by its stream; what is chosen stands in the place of the search. */
export function PersonPicker({ value, onChange, ...rest }: PickerProps) {
  // Only who searched here before has the focus moved: to the way back, then to the search again.
  const [used, setUsed] = useState(false);
  const change = (user: string) => {
    setUsed(true);
    onChange(user);
  };
  return value ? (
    <Chosen label={rest.label} user={value} focus={used} onChange={() => change("")} />
  ) : (
    <PersonSearch {...rest} focus={used} onPick={change} />
  );
}

function Chosen({
  label,
  user,
  focus,
  onChange,
}: {
  label: string;
  user: string;
  focus: boolean;
  onChange: () => void;
}) {
  const me = usePerson();
  const query = useQuery({ ...userQuery(user), enabled: user !== me.user && !user.includes(":") });
  const person: Person = user === me.user ? { ...me, name: `${me.name} (you)` } : (query.data ?? { user });
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (focus) button.current?.focus();
  }, [focus]);
  return (
    <fieldset className="flex flex-col gap-1.5" data-testid="person" data-user={user}>
      <legend className="mb-1.5 font-medium text-sm">{label}</legend>
      <div className="flex items-center gap-3 rounded-lg border border-line bg-sunken px-3.5 py-2.5">
        <Described person={person} />
        <Button ref={button} size="sm" guard={false} onClick={onChange}>
          <Trans>
            Change<span className="sr-only"> person</span>
          </Trans>
        </Button>
      </div>
      {query.isError && (
        <p role="alert" className="text-bad text-sm">
          <Trans>Nobody here has the id {user}.</Trans>
        </p>
      )}
    </fieldset>
  );
}

function Described({ person: { user, name, email } }: { person: Person }) {
  const detail = [name && user, email].filter(Boolean).join(" · ");
  return (
    <>
      {user.includes(":") ? <HouseMark /> : <Initial name={name || user} />}
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium text-sm">{name || user}</span>
        {detail && <span className="block truncate text-faint text-xs">{detail}</span>}
      </span>
    </>
  );
}

/** A search with its list: the focus stays in the search, the arrows move in the list. */
function PersonSearch({
  label,
  self = false,
  owners = [PEOPLE],
  focus,
  onPick,
}: Omit<PickerProps, "value" | "onChange"> & { focus: boolean; onPick: (user: string) => void }) {
  const me = usePerson();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const list = useId();
  const q = useDeferredValue(text.trim());
  const people = owners.includes(PEOPLE);
  const query = useInfiniteQuery({ ...usersQuery(q), enabled: people });
  const found: Person[] = query.data?.pages[0]?.items.filter(({ user }) => user !== me.user) ?? [];
  const others = owners.filter((owner) => !owner.startsWith("user:"));
  const named = others.filter((owner) => !owner.includes("*") && owner.includes(q));
  const made = others.some((owner) => fits(owner, q)) && !named.includes(q) ? [q] : [];
  const offered: Person[] = [
    ...(self && q === "" ? [{ ...me, name: `${me.name} (you)` }] : []),
    ...[...named, ...made].map((user) => ({ user })),
    ...found,
  ];
  const hint = people
    ? t`Search by name, id or e-mail address.`
    : t`Type the owner, ${others.join(" or ").replaceAll("*", "…")}.`;
  const active = Math.min(at, offered.length - 1);

  function onKeyDown(event: KeyboardEvent) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const chosen = offered[active];
    if (step) {
      event.preventDefault();
      const next = (active + step + offered.length) % Math.max(1, offered.length);
      setAt(next);
      document.getElementById(`${list}-${next}`)?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (chosen && q === text.trim()) onPick(chosen.user);
    } else if (event.key === "Escape" && text) {
      event.stopPropagation();
      setText("");
    }
  }

  return (
    <div className="flex flex-col gap-2" data-testid="person-search">
      <Field label={label} hint={hint}>
        {(wiring) => (
          <span className="relative block">
            <Search
              className="pointer-events-none absolute top-1/2 left-3 size-4 -translate-y-1/2 text-faint"
              aria-hidden
            />
            <Input
              {...wiring}
              role="combobox"
              aria-autocomplete="list"
              aria-expanded={offered.length > 0}
              aria-controls={list}
              aria-activedescendant={offered.length > 0 ? `${list}-${active}` : undefined}
              autoFocus={focus}
              autoCapitalize="none"
              autoComplete="off"
              spellCheck={false}
              className="!pl-9"
              value={text}
              onChange={(event) => {
                setText(event.target.value);
                setAt(0);
              }}
              onKeyDown={onKeyDown}
            />
          </span>
        )}
      </Field>
      <p role="status" className="sr-only">
        {query.isSuccess && t`${countPeople(offered.length)} found`}
      </p>
      {people && query.isPending ? (
        <SkeletonRows rows={3} />
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : offered.length === 0 && q ? (
        <p className="px-1 text-muted text-sm">
          <Trans>Nobody is found by that.</Trans>
        </p>
      ) : null}
      <div
        id={list}
        role="listbox"
        aria-label={t`People`}
        className={cx(
          "scroll-quiet max-h-80 divide-y divide-line overflow-y-auto rounded-lg border border-line",
          offered.length === 0 && "hidden",
        )}
      >
        {offered.map((person, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the search, which keeps the focus
          <div
            key={person.user}
            id={`${list}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            className={cx(
              "flex min-h-13 cursor-pointer items-center gap-3 px-3.5 py-2",
              index === active && "bg-hover",
            )}
            onPointerMove={() => setAt(index)}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onPick(person.user)}
          >
            <Described person={person} />
          </div>
        ))}
      </div>
      {query.hasNextPage && (
        <p className="px-1 text-faint text-xs">
          <Trans>There are more. Type more of the name to find them.</Trans>
        </p>
      )}
    </div>
  );
}
