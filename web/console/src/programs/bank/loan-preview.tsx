import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { typedForm } from "../../lib/amounts";
import { cx } from "../../lib/cx";
import { Amount } from "../../ui/text";
import type { Plan } from "./plan";

const TITLES = [t`Month`, t`Instalment`, t`Interest`, t`Principal`, t`Balance`];
const CELL = "whitespace-nowrap px-2.5 py-1.5 text-right first:pl-3.5 first:text-left last:pr-3.5";
const DETAIL = "max-sm:hidden";

/** Previews the cost and the repayment of a loan; `plan` null: not enough is known yet. */
export function LoanPreview({ plan, asset }: { plan: Plan | null; asset: string }) {
  const first = plan?.rows[0];
  if (!plan || !first) {
    return (
      <p className="rounded-lg border border-line border-dashed px-4 py-5 text-center text-muted text-sm">
        <Trans>With an amount and the months, the instalments stand here.</Trans>
      </p>
    );
  }
  return (
    <div className="rounded-lg border border-line" data-testid="loan-preview">
      <dl className="grid grid-cols-2 gap-x-6 gap-y-3 px-4 py-3.5 sm:grid-cols-3">
        <div className="col-span-2 sm:col-span-1" aria-live="polite">
          <dt className="text-faint text-xs">
            <Trans>Every month</Trans>
          </dt>
          <dd>
            <Amount value={first.payment} asset={asset} className="font-semibold text-lg" />
          </dd>
        </div>
        <div>
          <dt className="text-faint text-xs">
            <Trans>Interest in all</Trans>
          </dt>
          <dd>
            <Amount value={plan.interest} className={cx("text-lg", !plan.rate && "text-faint")} />
          </dd>
        </div>
        <div>
          <dt className="text-faint text-xs">
            <Trans>Paid back in all</Trans>
          </dt>
          <dd>
            <Amount value={plan.total} className="text-lg" />
          </dd>
        </div>
      </dl>
      <p className="px-4 pb-3 text-muted text-sm">
        {plan.rate ? t`At ${typedForm(plan.rate)} % a year. ` : t`Without interest: the bank sets the rate. `}
        <Trans>The first instalment is due a month after the payout.</Trans>
      </p>
      <details className="border-line border-t text-sm">
        <summary className="cursor-pointer rounded-lg px-4 py-2.5 font-medium -outline-offset-2 hover:bg-hover">
          {plan.rows.length === 1 ? t`The instalment` : t`All ${plan.rows.length} instalments`}
        </summary>
        <section
          aria-label={t`Instalments`}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
          tabIndex={0}
          className="scroll-quiet max-h-72 overflow-auto border-line border-t"
        >
          <table className="num w-full border-separate border-spacing-0">
            <caption className="sr-only">
              <Trans>Instalments</Trans>
            </caption>
            <thead>
              <tr>
                {TITLES.map((title) => (
                  <th
                    key={title}
                    scope="col"
                    className={cx(
                      CELL,
                      "sticky top-0 bg-sunken font-medium text-faint text-xs",
                      title === "Principal" && DETAIL,
                    )}
                  >
                    {title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {plan.rows.map((row) => (
                <tr key={row.number} data-testid="planned">
                  <td className={cx(CELL, "text-faint")}>{row.number}</td>
                  <td className={cx(CELL, "font-medium")}>
                    <Amount value={row.payment} />
                  </td>
                  <td className={CELL}>
                    <Amount value={row.interest} />
                  </td>
                  <td className={cx(CELL, DETAIL)}>
                    <Amount value={row.principal} />
                  </td>
                  <td className={CELL}>
                    <Amount value={row.balance} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </details>
    </div>
  );
}
