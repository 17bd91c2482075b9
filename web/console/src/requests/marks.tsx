import type { KindView, LookView, RequestView } from "@groat/client";
import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Eye } from "lucide-react";
import { Fragment } from "react";
import { cx } from "../lib/cx";
import { usePerson } from "../live/hooks";
import { Badge, HouseMark, Initial } from "../ui/surface";
import { Amount, Time } from "../ui/text";
import { stateOf, TONES, thresholdOf } from "./kinds";
import { Name, useName } from "./people";

/** The state in its tone; the words say the same as the colour. */
export function StateBadge({
  kind,
  state,
  className,
}: {
  kind: KindView | undefined;
  state: string;
  className?: string;
}) {
  const { title, tone } = stateOf(kind, state);
  return (
    <Badge tone={TONES[tone]} data-testid="state" data-state={state} className={cx("max-w-full", className)}>
      <span className="truncate">{title}</span>
    </Badge>
  );
}

/** Shows the approvals of a request that two must approve: a filled dot for each. */
export function ApprovalDots({ request }: { request: RequestView }) {
  const { needed, given } = request.approvals;
  if (needed < 2) return null;
  const done = Math.min(given.length, needed);
  return (
    <span
      className="inline-flex items-center gap-1.5 whitespace-nowrap text-muted text-xs"
      data-testid="approvals"
    >
      <span aria-hidden className="inline-flex gap-0.5">
        {Array.from({ length: needed }, (_, index) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: dots have no identity
            key={index}
            className={cx("size-2 rounded-full border border-warn", index < done && "bg-warn")}
          />
        ))}
      </span>
      <span className="num">
        {done === 0 ? t`needs ${needed} approvers` : t`${done} of ${needed} approved`}
      </span>
    </span>
  );
}

/** Says who approved, who is missing, and why there must be two. */
export function Approvals({ kind, request }: { kind: KindView; request: RequestView }) {
  const { needed, given } = request.approvals;
  const threshold = thresholdOf(kind, request);
  const missing = request.waits ? Math.max(0, needed - given.length) : 0;
  if (needed < 2) return null;
  return (
    <section
      aria-label={t`Approvals`}
      className="rounded-lg border border-line px-3.5 py-3 text-sm"
      data-testid="approval-list"
    >
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <h3 className="font-medium">
          <Trans>Needs {needed} approvers</Trans>
        </h3>
        {threshold && request.asset && (
          <span className="text-faint text-xs">
            <Trans>
              from <Amount value={threshold} asset={request.asset} /> on
            </Trans>
          </span>
        )}
      </div>
      <ul className="mt-2 flex flex-col gap-1.5">
        {given.map(({ by, at }) => (
          <li key={by} className="flex items-center gap-2.5">
            <span aria-hidden className="size-2.5 rounded-full border border-good bg-good" />
            <Name first of={by} className="font-medium" />
            <Time at={at} form="age" className="ml-auto text-faint text-xs" />
          </li>
        ))}
        {Array.from({ length: missing }, (_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: nobody yet
          <li key={index} className="flex items-center gap-2.5 text-muted">
            <span aria-hidden className="size-2.5 rounded-full border border-edge" />
            {given.length > 0 ? t`Somebody else` : index === 0 ? t`One approver` : t`Another one`}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Shows who else looks at it now. */
export function Viewers({
  viewers = [],
  large = false,
}: {
  viewers?: LookView[] | undefined;
  large?: boolean;
}) {
  const me = `user:${usePerson().user}`;
  const others = viewers.filter(({ by }) => by !== me);
  if (others.length === 0) return null;
  return (
    <span
      className={cx("inline-flex items-center gap-1.5 text-accent", large ? "text-sm" : "text-xs")}
      data-testid="viewers"
    >
      <Eye className={large ? "size-4" : "size-3.5"} aria-hidden />
      <span>
        {others.map(({ by }, index) => (
          <Fragment key={by}>
            {index > 0 && ", "}
            <Name of={by} />
          </Fragment>
        ))}
        {large ? (
          plural(others.length, { one: " is looking at this now", other: " are looking at this now" })
        ) : (
          <span className="sr-only">
            {" "}
            <Trans>looking</Trans>
          </span>
        )}
      </span>
    </span>
  );
}

/** The owner's initial; the house has its own sign. */
export function OwnerMark({ owner, className }: { owner: string; className?: string }) {
  const name = useName(owner);
  if (!owner.startsWith("user:")) return <HouseMark className={className} />;
  return <Initial name={name} {...(className && { className })} />;
}
