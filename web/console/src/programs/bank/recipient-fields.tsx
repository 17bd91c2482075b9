import type { RequestView } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Landmark, UserRound } from "lucide-react";
import { cx } from "../../lib/cx";
import type { Problems, useDraft } from "../../requests/draft";
import { Checkbox, Choice, Field, Input } from "../../ui/field";
import { Initial } from "../../ui/surface";
import { dataOf, spaced } from "./data";
import { To } from "./recipient";
import type { TransferDraft, Way } from "./transfer";

type Form = ReturnType<typeof useDraft<Draft, unknown>>;
type Draft = Pick<TransferDraft, "way" | "saved" | "user" | "name" | "number" | "keep">;

/** To whom: a saved recipient, a person here, or an account elsewhere. */
export function RecipientFields({
  draft,
  problems,
  saved,
  keeps = false,
  set,
  text,
}: {
  draft: Draft;
  problems: Problems<Draft>;
  saved: readonly RequestView[];
  /** An account elsewhere may be saved. */
  keeps?: boolean;
  set: (change: Partial<Draft>) => void;
  text: Form["text"];
}) {
  const ways: { value: Way; label: string }[] = [
    ...(saved.length > 0 ? [{ value: "saved" as const, label: t`Saved` }] : []),
    { value: "user", label: t`groat user` },
    { value: "bank", label: t`Another bank` },
  ];
  return (
    <>
      <Choice label={t`Recipient`} value={draft.way} options={ways} onChange={(way) => set({ way })} />
      {draft.way === "saved" && (
        <SavedChoice
          saved={saved}
          value={draft.saved}
          problem={problems.saved}
          onPick={(picked) => set({ saved: picked })}
        />
      )}
      {draft.way === "user" && (
        <Field label={t`Id or e-mail address`} problem={problems.user}>
          {(wiring) => (
            <Input
              {...wiring}
              autoCapitalize="none"
              autoComplete="off"
              spellCheck={false}
              {...text("user")}
            />
          )}
        </Field>
      )}
      {draft.way === "bank" && (
        <>
          <Field label={t`Account number or IBAN`} problem={problems.number}>
            {(wiring) => (
              <Input
                {...wiring}
                className="num"
                autoCapitalize="characters"
                autoComplete="off"
                spellCheck={false}
                {...text("number")}
              />
            )}
          </Field>
          <Field label={t`Name of the holder`} problem={problems.name}>
            {(wiring) => <Input {...wiring} autoComplete="off" maxLength={100} {...text("name")} />}
          </Field>
          {keeps && (
            // biome-ignore lint/a11y/noLabelWithoutControl: the checkbox is in it
            <label className="flex items-center gap-3 text-sm">
              <Checkbox checked={draft.keep} onCheckedChange={(checked) => set({ keep: checked === true })} />
              <Trans>Save for another time</Trans>
            </label>
          )}
        </>
      )}
    </>
  );
}

/** Saved recipients, as rows to choose from. */
function SavedChoice({
  saved,
  value,
  problem,
  onPick,
}: {
  saved: readonly RequestView[];
  value: string;
  problem: string | undefined;
  onPick: (id: string) => void;
}) {
  return (
    <fieldset className="min-w-0">
      <legend className="sr-only">
        <Trans>Saved recipient</Trans>
      </legend>
      <div className="scroll-quiet max-h-64 divide-y divide-line overflow-y-auto rounded-lg border border-line">
        {saved.map((request, index) => {
          const to = dataOf("beneficiary", request);
          if (!to) return null;
          const chosen = request.id === value;
          return (
            <label
              key={request.id}
              className={cx(
                "relative flex cursor-pointer items-center gap-3 px-3.5 py-2.5 has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:-outline-offset-2",
                chosen ? "bg-accent-soft" : "hover:bg-hover",
              )}
            >
              <input
                type="radio"
                name="saved"
                className="absolute inset-0 cursor-pointer opacity-0"
                checked={chosen}
                aria-invalid={problem && index === 0 ? true : undefined}
                onChange={() => onPick(request.id)}
              />
              <Initial name={to.name || to.user} />
              <span className="min-w-0 flex-1">
                <span className="block truncate font-medium text-sm">
                  <To to={to} />
                </span>
                <span className="num block truncate text-faint text-xs">
                  {to.external ? spaced(to.external) : to.user}
                </span>
              </span>
              {to.external ? (
                <Landmark className="size-4 text-faint" aria-hidden />
              ) : (
                <UserRound className="size-4 text-faint" aria-hidden />
              )}
            </label>
          );
        })}
      </div>
      {problem && (
        <p role="alert" className="mt-1.5 text-bad text-sm">
          {problem}
        </p>
      )}
    </fieldset>
  );
}
