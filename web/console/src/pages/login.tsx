import { GroatError } from "@groat/client";
import { useGroatState as useLive } from "@groat/react";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Navigate, useNavigate, useRouterState } from "@tanstack/react-router";
import { ArrowRight, Eye, EyeOff } from "lucide-react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { explain } from "../api/problem";
import { configQuery, demoPeopleQuery } from "../api/queries";
import { groat } from "../groat";
import { Wordmark } from "../shell/wordmark";
import { Button, IconButton } from "../ui/button";
import { Field, Input } from "../ui/field";
import { Notice } from "../ui/states";
import { Badge, Initial } from "../ui/surface";
import { Coin } from "../ui/text";

/** The route /login: somebody who is signed in already goes on. */
export function LoginPage() {
  const phase = useLive((state) => state.phase);
  const staff = useLive((state) => state.roles.includes("admin") || state.roles.includes("support"));
  const known = useLive((state) => state.user !== null);
  if (phase !== "signed-out" && known) return <Navigate to={staff ? "/users" : "/"} replace />;
  return <LoginForm />;
}

export function LoginForm() {
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  const [visible, setVisible] = useState(false);
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const config = useQuery(configQuery);
  const demo = config.data?.demo ?? false;
  const navigate = useNavigate();
  const path = useRouterState({ select: (state) => state.location.pathname });
  useEffect(() => field.current?.focus(), []);

  async function signIn(who: string, secret: string, busyWith: string) {
    setBusy(busyWith);
    setProblem(null);
    try {
      const session = await groat.login(
        who.includes("@") ? { email: who, password: secret } : { user: who, password: secret },
      );
      const staff = session.roles.includes("admin") || session.roles.includes("support");
      // From the login page itself, or the front door, staff go to their work; any other address was meant.
      if (path === "/login" || (path === "/" && staff))
        await navigate({ to: staff ? "/users" : "/", replace: true });
    } catch (error) {
      if (!(error instanceof GroatError)) throw error;
      setProblem(
        error.status === 401 || error.status === 400 ? t`Incorrect username or password.` : explain(error),
      );
      setBusy(null);
    }
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!user.trim() || !password) {
      setProblem(t`Enter your name and your password.`);
      return;
    }
    void signIn(user.trim(), password, "form");
  }

  return (
    <div className="grid min-h-dvh lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
      <aside className="relative hidden overflow-hidden bg-coin text-on-coin lg:flex lg:flex-col lg:justify-between lg:p-12">
        <Wordmark className="relative" />
        <Coin className="-right-40 -bottom-40 absolute size-[38rem] opacity-[0.09] [&_g]:fill-current" />
        <div className="relative max-w-md">
          <p className="text-balance font-serif text-4xl leading-tight tracking-tight">
            <Trans>What you see is what is committed.</Trans>
          </p>
          <p className="mt-4 text-on-coin-muted">
            <Trans>
              Every change of a balance reaches every open screen a moment later, in order, exactly once.
            </Trans>
          </p>
        </div>
      </aside>
      <main className="flex flex-col items-center justify-center px-5 py-10 sm:px-10">
        <div className="w-full max-w-sm">
          <Wordmark className="mb-10 lg:hidden" />
          <h1 className="font-semibold font-serif text-3xl tracking-tight">
            <Trans>Sign in</Trans>
          </h1>
          <form className="mt-6 flex flex-col gap-4" onSubmit={submit} noValidate>
            <Field label={t`Name or e-mail`}>
              {(wiring) => (
                <Input
                  {...wiring}
                  ref={field}
                  name="username"
                  autoComplete="username"
                  autoCapitalize="none"
                  spellCheck={false}
                  value={user}
                  onChange={(event) => setUser(event.target.value)}
                />
              )}
            </Field>
            <Field label={t`Password`}>
              {(wiring) => (
                <span className="relative block">
                  <Input
                    {...wiring}
                    name="password"
                    type={visible ? "text" : "password"}
                    autoComplete="current-password"
                    className="pr-11"
                    value={password}
                    onChange={(event) => setPassword(event.target.value)}
                  />
                  <IconButton
                    label={visible ? t`Hide password` : t`Show password`}
                    aria-pressed={visible}
                    className="!size-9 absolute top-1/2 right-0.5 -translate-y-1/2"
                    onClick={() => setVisible(!visible)}
                  >
                    {visible ? <EyeOff aria-hidden /> : <Eye aria-hidden />}
                  </IconButton>
                </span>
              )}
            </Field>
            {problem && (
              <Notice tone="bad" role="alert">
                {problem}
              </Notice>
            )}
            <Button type="submit" look="primary" guard={false} busy={busy === "form"}>
              <Trans>Sign in</Trans>
            </Button>
          </form>
          {demo && (
            <DemoPeople
              busy={busy}
              onPick={(person) => void signIn(person.user, person.password, person.user)}
            />
          )}
        </div>
      </main>
    </div>
  );
}

function DemoPeople({
  busy,
  onPick,
}: {
  busy: string | null;
  onPick: (person: { user: string; password: string }) => void;
}) {
  const people = useQuery(demoPeopleQuery);
  if (!people.data?.length) return null;
  return (
    <section aria-labelledby="demo" className="mt-9">
      <h2 id="demo" className="mb-1 font-medium text-sm">
        <Trans>Or try it as one of the demo people</Trans>
      </h2>
      <p className="mb-3 text-faint text-xs">
        <Trans>Open two windows side by side: what one does, the other sees at once.</Trans>
      </p>
      <ul className="divide-y divide-line overflow-hidden rounded-lg border border-line bg-surface shadow-card">
        {people.data.map((person) => (
          <li key={person.user}>
            <button
              type="button"
              data-testid={`demo-${person.user}`}
              disabled={busy !== null}
              onClick={() => onPick(person)}
              className="group flex min-h-14 w-full items-center gap-3 px-3.5 py-2 text-left hover:bg-hover disabled:opacity-60"
            >
              <Initial name={person.name} />
              <span className="min-w-0 flex-1">
                <span className="block truncate font-medium text-sm">{person.name}</span>
                <span className="block truncate text-faint text-xs">{person.user}</span>
              </span>
              <Badge tone={person.role === "admin" ? "accent" : "plain"}>{person.role}</Badge>
              <ArrowRight
                className="size-4 text-faint transition-transform group-hover:translate-x-0.5"
                aria-hidden
              />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
