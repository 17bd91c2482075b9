import type { RunView } from "@groat/client";
import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { count } from "../../lib/counted";
import { Notice, Progress } from "../../ui/states";
import { isMoving } from "./data";
import { RUN } from "./paths";
import { doneOf, progressOf } from "./words";

/** How far a run is, what stopped it, and what was taken back of it. */
export function RunProgress({ run }: { run: RunView }) {
  const { state, posted, idle, rows, skipped, problem, undone, undone_by, undoes } = run;
  const begun = state !== "pending" && state !== "rejected";
  return (
    <div className="flex flex-col gap-3" data-testid="run-progress" data-posted={posted.rows}>
      {begun && (
        <div className="flex flex-col gap-2">
          <p className="num text-sm" aria-live="polite">
            {progressOf(run)}
            {skipped > 0 &&
              ` · ${plural(skipped, { one: "one row skipped", other: `${count(skipped)} rows skipped` })}`}
          </p>
          <Progress
            label={t`Rows posted`}
            max={rows}
            {...((posted.rows + idle > 0 || !isMoving(run)) && { value: doneOf(run) })}
          />
        </div>
      )}
      {problem && (
        <Notice tone="bad" role="alert" title={t`${problem.user} in row ${problem.number} was refused`}>
          <p>{problem.detail}</p>
          {state === "stopped" && (
            <p>
              <Trans>Nothing of this step was posted. Skip the row and go on, or cancel the rest.</Trans>
            </p>
          )}
        </Notice>
      )}
      {undoes && (
        <p className="text-sm">
          <Link to={RUN.replace("$run", undoes)} className={LINK}>
            <Trans>It takes this run back</Trans>
          </Link>
        </p>
      )}
      {undone !== "no" && (
        <Notice tone="warn" title={undone === "whole" ? t`Taken back` : t`Taken back in part`}>
          {undone_by.map((id, index) => (
            <Link key={id} to={RUN.replace("$run", id)} className={`${LINK} mr-3`}>
              {undone_by.length === 1 ? t`See the undo` : t`See undo ${index + 1}`}
            </Link>
          ))}
        </Notice>
      )}
    </div>
  );
}

const LINK = "rounded-sm underline decoration-current/40 underline-offset-2 hover:decoration-current";
