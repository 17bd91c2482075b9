import { add, compare, formatAmount, type RequestView, subtract } from "@groat/client";
import { dataOf, isPaid, leftOf, nextInstalment } from "./data";

/** Amounts that somebody who repays is likely to mean: what is overdue, the next instalment, all of it. */
export function RepayAssist({
  request,
  onFill,
}: {
  request: RequestView;
  onFill: (path: string, value: string) => void;
}) {
  const loan = dataOf("loan", request);
  if (!loan) return null;
  const next = nextInstalment(loan);
  const overdue = loan.overdue && compare(loan.overdue, "0") > 0 ? loan.overdue : null;
  const offers = [
    ...(overdue ? [{ label: "What is overdue", amount: overdue }] : []),
    ...(next && !overdue ? [{ label: "The next instalment", amount: leftOf(next) }] : []),
    { label: "All of it", amount: overdue ? add(loan.owed, interestDue(loan.schedule)) : loan.owed },
  ];
  return (
    <div className="flex flex-wrap items-center gap-2">
      {offers.map(({ label, amount }) => (
        <button
          key={label}
          type="button"
          onClick={() => onFill("amount", amount)}
          className="min-h-10 rounded-md border border-line bg-surface px-3 py-1.5 text-left text-sm shadow-card hover:bg-hover"
        >
          <span className="block text-faint text-xs">{label}</span>
          <span className="num font-medium">{formatAmount(amount)}</span>
        </button>
      ))}
      <p className="w-full text-faint text-xs">Without an amount, all that is owed is repaid.</p>
    </div>
  );
}

/** The interest of instalments whose day has come (UTC) and that are not paid; what is paid of one pays its interest first. */
function interestDue(schedule: NonNullable<ReturnType<typeof dataOf<"loan">>>["schedule"]): string {
  const today = new Date().toISOString().slice(0, 10);
  return schedule
    .filter((row) => row.due <= today && !isPaid(row))
    .map(({ interest, paid }) =>
      paid && compare(paid, interest) >= 0 ? null : subtract(interest, paid || "0"),
    )
    .reduce<string>((sum, part) => (part === null ? sum : add(sum, part)), "0");
}
