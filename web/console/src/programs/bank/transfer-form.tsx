import { compare, formatAmount, type RequestView } from "@groat/client";
import { useRequests } from "@groat/react";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Wallet } from "lucide-react";
import { useRef, useState } from "react";
import { toast } from "sonner";
import { assetsQuery, PAGE_SIZE } from "../../api/queries";
import { useKind } from "../../api/requests";
import { type MainBalance, useMainBalances, usePerson } from "../../live/hooks";
import type { FormProps } from "../../registry/program";
import { type Reading, useDraft } from "../../requests/draft";
import { toastId } from "../../requests/kinds";
import { Review } from "../../requests/review";
import { useFile } from "../../requests/use-file";
import { EmptyState, ErrorState, Skeleton } from "../../ui/states";
import { useRecipientCheck } from "./recipient-check";
import { EMPTY_TRANSFER, fieldOf, type ReadTransfer, readTransfer, type TransferDraft } from "./transfer";
import { TransferFields } from "./transfer-fields";
import { TransferSummary } from "./transfer-summary";

/** Money to somebody, once or regularly: whom, how much, when; then all of it once more before it is sent. */
export function TransferForm(props: Pick<FormProps, "kind" | "owner" | "given">) {
  const { owner } = props;
  const saved = useRequests({ kind: "beneficiary", state: "active", user: owner }, { limit: PAGE_SIZE });
  const balances = useMainBalances(owner);
  const none = saved.items.length === 0;
  if ((saved.loading && none) || balances === null) return <Skeleton className="h-96 w-full" />;
  if (saved.error && none) return <ErrorState error={saved.error} onRetry={saved.refresh} />;
  if (balances.length === 0) {
    return (
      <EmptyState icon={<Wallet aria-hidden />} title={t`Nothing to send yet`}>
        <Trans>As soon as there is something on the account, it can be sent from here.</Trans>
      </EmptyState>
    );
  }
  return <Transfer {...props} balances={balances} saved={saved.items} />;
}

function Transfer({
  kind,
  owner,
  given,
  saved,
  balances,
}: Pick<FormProps, "kind" | "owner" | "given"> & { saved: readonly RequestView[]; balances: MainBalance[] }) {
  const navigate = useNavigate();
  const me = usePerson().user;
  const known = saved.some(({ id }) => id === given.to);
  // A standing order has no thresholds of its own: it files transfers.
  const thresholds = useKind("transfer")?.thresholds ?? kind.thresholds;
  const usual = Object.keys(thresholds).find((code) => balances.some(({ asset }) => asset === code));
  // Later news do not change the values that the form began with.
  const [first] = useState<TransferDraft>({
    ...EMPTY_TRANSFER,
    way: saved.length > 0 ? "saved" : "user",
    saved: known ? String(given.to) : "",
    asset: usual ?? balances[0]?.asset ?? "",
    when: kind.name === "standing_order" ? "regularly" : "now",
  });
  const assets = useQuery(assetsQuery).data ?? [];
  const { file } = useFile();
  const fileFor = (name: string, data: Record<string, unknown>) =>
    file(name, data, owner === me ? undefined : owner);
  const kept = useRef<{ number: string; id: string } | null>(null);
  const recipient = useRecipientCheck(owner);

  function read(draft: TransferDraft): Reading<TransferDraft, ReadTransfer> {
    const reading = readTransfer(draft, assets, new Date().toISOString().slice(0, 10));
    if (!reading.ok) return reading;
    const { amount = "0", on } = reading.read.data;
    const balance = balances.find(({ asset }) => asset === draft.asset);
    // A transfer for today is held at once, so the money must be there; a later day may bring it.
    if (balance && reading.read.kind === "transfer" && !on && compare(amount, balance.available) > 0) {
      const problem = t`Only ${formatAmount(balance.available)} ${draft.asset} are available.`;
      return { ok: false, problems: { amount: problem } };
    }
    return reading;
  }
  async function check(
    read: ReadTransfer,
    { way }: TransferDraft,
  ): Promise<Reading<TransferDraft, ReadTransfer>> {
    if (way !== "user") return { ok: true, read };
    const found = await recipient(read.data.user ?? "");
    if ("problem" in found) return { ok: false, problems: { user: found.problem } };
    const { to } = found;
    return { ok: true, read: to ? { ...read, to, data: { ...read.data, user: to.user } } : read };
  }
  async function send({ kind: name, data, keep }: ReadTransfer) {
    if (keep) {
      if (kept.current?.number !== keep.external) {
        const { id } = await fileFor("beneficiary", keep);
        kept.current = { number: keep.external, id };
      }
      const { external: _external, name: _name, ...rest } = data;
      data = { ...rest, beneficiary: kept.current.id };
    }
    const request = await fileFor(name, data);
    toast.success(name === "transfer" ? t`Transfer submitted` : t`Standing order set up`, {
      id: toastId(request),
      description: `${formatAmount(data.amount ?? "")} ${data.asset}`,
    });
    await navigate({ to: "/requests/$kind/$id", params: { kind: request.kind, id: request.id } });
  }
  const form = useDraft<TransferDraft, ReadTransfer>(first, {
    read,
    check,
    send,
    fieldOf: ({ code }, { way, when }) => fieldOf(code, way, when),
  });
  const { reviewed } = form.review;

  if (reviewed) {
    return (
      <Review review={form.review} act={reviewed.kind === "transfer" ? t`Send` : t`Set up`}>
        <TransferSummary kind={kind} read={reviewed} saved={saved} balances={balances} own={owner === me} />
      </Review>
    );
  }
  return <TransferFields form={form} saved={saved} balances={balances} />;
}
