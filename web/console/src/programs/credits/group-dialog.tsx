import { compare, formatAmount, type GroupInput, type GroupPreview } from "@groat/client";
import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { assetsQuery } from "../../api/queries";
import { groat } from "../../groat";
import { readAmount } from "../../lib/amounts";
import { AmountInput, AssetSelect } from "../../parts/money";
import { ReasonField } from "../../parts/reason-field";
import { useAttempt } from "../../parts/use-attempt";
import { Button } from "../../ui/button";
import { Choice, Field, Input, TextArea } from "../../ui/field";
import { Dialog } from "../../ui/overlay";
import { Notice } from "../../ui/states";
import { grantToGroup, previewGroup } from "./data";
import { readTerms, TermsFields, USUAL } from "./terms-fields";

const WHOM = [
  { value: "users", label: t`These people` },
  { value: "role", label: t`All with a role` },
] as const;

/** Grants the same to each person of a group, in one commit: who would get it is shown first. */
export function GroupDialog({ open, asset, onClose }: { open: boolean; asset: string; onClose: () => void }) {
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => !next && onClose()}
      title={t`Grant to a group`}
      description={t`Each person gets the same, and all get it at once, or nobody does.`}
      testId="group-dialog"
    >
      {open && <GroupForm first={asset} onClose={onClose} />}
    </Dialog>
  );
}

interface Problem {
  field: string;
  text: string;
}

function GroupForm({ first, onClose }: { first: string; onClose: () => void }) {
  const queries = useQueryClient();
  const assets = useQuery(assetsQuery).data ?? [];
  const [whom, setWhom] = useState<"users" | "role">("users");
  const [people, setPeople] = useState("");
  const [role, setRole] = useState("");
  const [asset, setAsset] = useState(first);
  const [typed, setTyped] = useState("");
  const [terms, setTerms] = useState(USUAL);
  const [reason, setReason] = useState("");
  const [wrong, setWrong] = useState<Problem | null>(null);
  const [shown, setShown] = useState<{ input: GroupInput; preview: GroupPreview } | null>(null);
  const { busy, problem, setProblem, attempt } = useAttempt();
  const scale = assets.find(({ code }) => code === asset)?.scale ?? 0;
  const said = (field: string) => wrong?.field === field && wrong.text;

  function changed<Value>(set: (value: Value) => void) {
    return (value: Value) => {
      set(value);
      setWrong(null);
      setProblem(null);
    };
  }

  function read(): GroupInput | Problem {
    const users = people.split(/[\s,;]+/).filter(Boolean);
    if (whom === "users" && users.length === 0) return { field: "people", text: t`Enter at least one id.` };
    if (whom === "role" && !role.trim()) return { field: "role", text: t`Enter the role.` };
    const amount = readAmount(typed, { code: asset, scale });
    if (!amount.ok) return { field: "amount", text: amount.problem };
    if (compare(amount.amount, "0") === 0) {
      return { field: "amount", text: t`Enter an amount greater than 0.` };
    }
    const granted = readTerms(terms);
    if ("problem" in granted) return granted.problem;
    const why = reason.trim();
    if (!why) return { field: "reason", text: t`Say why: the person and the audit log will read it.` };
    return {
      ...(whom === "users" ? { users } : { role: role.trim() }),
      ...granted.terms,
      amount: amount.amount,
      asset,
      source: granted.source,
      reason: why,
    };
  }

  function look(event: FormEvent) {
    event.preventDefault();
    const input = read();
    if ("field" in input) return setWrong(input);
    setWrong(null);
    void attempt(async () => setShown({ input, preview: await previewGroup(input) }));
  }

  function grant({ input, preview }: { input: GroupInput; preview: GroupPreview }) {
    const money = `${formatAmount(preview.total)} ${preview.asset}`;
    void attempt(async () => {
      const made = await groat.write(["grant-group", input], (key) => grantToGroup(input, key), {
        title: t`Grant to a group: ${money}`,
      });
      const given = `${formatAmount(made.total)} ${made.asset}`;
      toast.success(
        plural(made.people, {
          one: `${given} granted to one person`,
          other: `${given} granted to # people`,
        }),
      );
      await Promise.all(
        [["users"], ["user"], ["account"], ["grants"], ["credits"]].map((queryKey) =>
          queries.invalidateQueries({ queryKey }),
        ),
      );
      onClose();
    });
  }

  if (shown) {
    return (
      <Shown
        {...shown}
        problem={problem}
        busy={busy}
        onBack={() => {
          setShown(null);
          setProblem(null);
        }}
        onGrant={() => grant(shown)}
      />
    );
  }
  return (
    <form onSubmit={look} className="flex flex-col gap-4" noValidate>
      <Choice label={t`Whom`} value={whom} options={WHOM} onChange={changed(setWhom)} />
      {whom === "users" ? (
        <Field
          label={t`People`}
          hint={t`Their ids, one a line or with commas between them.`}
          problem={said("people")}
        >
          {(wiring) => (
            <TextArea
              {...wiring}
              rows={3}
              autoFocus
              autoCapitalize="none"
              spellCheck={false}
              value={people}
              onChange={(event) => changed(setPeople)(event.target.value)}
            />
          )}
        </Field>
      ) : (
        <Field label={t`Role`} hint={t`Everybody whose record here has it.`} problem={said("role")}>
          {(wiring) => (
            <Input
              {...wiring}
              autoFocus
              autoCapitalize="none"
              spellCheck={false}
              value={role}
              onChange={(event) => changed(setRole)(event.target.value)}
            />
          )}
        </Field>
      )}
      <div className="flex gap-2">
        <Field label={t`Amount for each`} className="flex-1" problem={said("amount")}>
          {(wiring) => <AmountInput {...wiring} asset={asset} value={typed} onChange={changed(setTyped)} />}
        </Field>
        <Field label={t`Asset`} className="w-28">
          {(wiring) => (
            <AssetSelect
              {...wiring}
              codes={assets.length > 0 ? assets.map(({ code }) => code) : [asset]}
              value={asset}
              onChange={changed(setAsset)}
            />
          )}
        </Field>
      </div>
      <TermsFields draft={terms} problem={wrong} onChange={changed(setTerms)} />
      <ReasonField
        hint={t`The person reads it, and the audit log keeps it.`}
        problem={said("reason")}
        value={reason}
        onChange={changed(setReason)}
      />
      {problem && (
        <Notice tone="bad" role="alert">
          {problem}
        </Notice>
      )}
      <div className="mt-1 flex justify-end gap-2">
        <Button onClick={onClose}>
          <Trans>Cancel</Trans>
        </Button>
        <Button type="submit" look="primary" guard={false} busy={busy}>
          <Trans>Review</Trans>
        </Button>
      </div>
    </form>
  );
}

/** Who would get it, and what it comes to. */
function Shown({
  input,
  preview: { people, total, asset, unknown, repeated, items },
  problem,
  busy,
  onBack,
  onGrant,
}: {
  input: GroupInput;
  preview: GroupPreview;
  problem: string | null;
  busy: boolean;
  onBack: () => void;
  onGrant: () => void;
}) {
  const each = `${formatAmount(input.amount)} ${asset}`;
  const all = `${formatAmount(total)} ${asset}`;
  const more = people - items.length;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onGrant();
      }}
      className="flex flex-col gap-4"
      data-testid="group-preview"
    >
      <p className="font-medium">
        {plural(people, {
          one: `One person gets ${each}.`,
          other: `# people get ${each} each: ${all} in all.`,
        })}
      </p>
      {(unknown > 0 || repeated > 0) && (
        <Notice tone="warn" role="status">
          {unknown > 0 && (
            <p>
              {plural(unknown, {
                one: "One of them has never been seen here.",
                other: "# of them have never been seen here.",
              })}
            </p>
          )}
          {repeated > 0 && (
            <p>
              {plural(repeated, {
                one: "One was named more than once and gets it once.",
                other: "# were named more than once and get it once.",
              })}
            </p>
          )}
        </Notice>
      )}
      <section
        className="scroll-quiet max-h-60 overflow-y-auto rounded-md border border-line"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label={t`People`}
      >
        <ul className="divide-y divide-line text-sm">
          {items.map(({ user, name, known }) => (
            <li key={user} className="flex items-baseline justify-between gap-3 px-3.5 py-2">
              <span className="wrap-anywhere min-w-0">
                <Link to="/users/$user" params={{ user }} className="rounded-sm font-medium hover:underline">
                  {name || user}
                </Link>{" "}
                {name && <span className="text-faint">{user}</span>}
              </span>
              {!known && (
                <span className="shrink-0 text-warn">
                  <Trans>never seen</Trans>
                </span>
              )}
            </li>
          ))}
          {more > 0 && (
            <li className="px-3.5 py-2 text-muted">
              <Trans>and {more} more</Trans>
            </li>
          )}
        </ul>
      </section>
      {problem && (
        <Notice tone="bad" role="alert">
          {problem}
        </Notice>
      )}
      <div className="mt-1 flex justify-end gap-2">
        <Button onClick={onBack}>
          <Trans>Change</Trans>
        </Button>
        <Button type="submit" look="primary" busy={busy}>
          {t`Grant ${all}`}
        </Button>
      </div>
    </form>
  );
}
