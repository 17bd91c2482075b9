import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import type { FormProps } from "../../registry/program";
import { type Reading, useDraft } from "../../requests/draft";
import { Review, ReviewButton } from "../../requests/review";
import { Fact, Facts } from "../../ui/facts";
import { Notice } from "../../ui/states";
import { spaced } from "./data";
import { useRecipientCheck } from "./recipient-check";
import { RecipientFields } from "./recipient-fields";
import { EMPTY_TRANSFER, fieldOf, readRecipient, type TransferDraft } from "./transfer";

type Draft = Pick<TransferDraft, "way" | "saved" | "user" | "name" | "number" | "keep">;

interface Recipient {
  data: Record<string, string>;
  /** The person with the id or e-mail address, by the server's answer. */
  to?: { user: string; name: string };
}

/** Saves somebody who is paid often: a person here, or an account elsewhere. */
export function RecipientForm({ owner, act, send }: FormProps) {
  const recipient = useRecipientCheck(owner);
  const form = useDraft<Draft, Recipient>(EMPTY_TRANSFER, {
    read: (draft) => {
      const { data, problems } = readRecipient(draft);
      return Object.keys(problems).length > 0 ? { ok: false, problems } : { ok: true, read: { data } };
    },
    check: async (read, { way }): Promise<Reading<Draft, Recipient>> => {
      if (way !== "user") return { ok: true, read };
      const found = await recipient(read.data.user ?? "");
      if ("problem" in found) return { ok: false, problems: { user: found.problem } };
      const { to } = found;
      return { ok: true, read: to ? { to, data: { user: to.user, name: to.name } } : read };
    },
    send: ({ data }) => send(data),
    fieldOf: ({ code }, { way }) => fieldOf(code, way, "now") as keyof Draft | null,
  });
  const { draft, problems, set, text, review, checking } = form;

  if (review.reviewed) {
    const { data, to } = review.reviewed;
    return (
      <Review review={review} act={act}>
        <h2 className="font-semibold">
          <Trans>Review</Trans>
        </h2>
        <Facts>
          <Fact label={t`Recipient`}>{to ? `${to.name} (${to.user})` : data.name || data.user}</Fact>
          {data.external && (
            <Fact label={t`Account`}>
              <span className="num">{spaced(data.external)}</span>
            </Fact>
          )}
        </Facts>
      </Review>
    );
  }
  return (
    <form id={form.id} onSubmit={form.onSubmit} className="flex flex-col gap-5" noValidate>
      <RecipientFields draft={draft} problems={problems} saved={[]} set={set} text={text} />
      {checking.problem && (
        <Notice tone="warn" role="alert">
          {checking.problem}
        </Notice>
      )}
      <ReviewButton busy={checking.busy} />
    </form>
  );
}
