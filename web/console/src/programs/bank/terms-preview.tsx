import type { RequestView } from "@groat/client";
import { useQuery } from "@tanstack/react-query";
import { assetsQuery } from "../../api/queries";
import { readPlain, typedForm } from "../../lib/amounts";
import { readLoan } from "./applications";
import { dataOf } from "./data";
import { LoanPreview } from "./loan-preview";

/** Previews a loan with the terms that staff type; nothing before there is a rate. */
export function TermsPreview({
  request,
  typed: fields,
}: {
  request: RequestView;
  typed: Record<string, string | boolean>;
}) {
  const loan = dataOf("loan", request);
  const assets = useQuery(assetsQuery).data ?? [];
  if (!loan) return null;
  const typed = (name: string) => String(fields[name] ?? "").trim();
  const months = Number(readPlain(typed("months")) ?? 0) || loan.months;
  const reading = readLoan(
    {
      amount: typed("principal") || typedForm(loan.amount),
      asset: loan.asset,
      months: String(months),
      purpose: "",
      rate: typed("rate"),
    },
    assets,
    { min: 1, max: months },
  );
  if (!reading.ok || reading.read.plan.rate === "") return null;
  return <LoanPreview plan={reading.read.plan} asset={loan.asset} />;
}
