import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useMemo } from "react";
import { assetsQuery } from "../api/queries";
import type { FormProps } from "../registry/program";
import { Notice } from "../ui/states";
import { fieldsOf, saidOf } from "./fields";
import { focusFirstProblem, placeOf, useForm } from "./form";
import { FILE, transitionOf } from "./kinds";
import { Review, ReviewButton, useReview } from "./review";
import { SaidList } from "./said";
import { SchemaFields } from "./schema-form";

/** Files a request of any kind: the fields of its schema, then all of them once more before they are sent. */
export function SchemaFiling({ kind, owner, act, given, send }: FormProps) {
  const schema = transitionOf(kind, FILE)?.schema ?? kind.schema;
  const fields = useMemo(() => fieldsOf(schema, kind.parent), [schema, kind.parent]);
  const form = useForm(fields, { asset: Object.keys(kind.thresholds)[0], ...given });
  const assets = useQuery(assetsQuery).data ?? [];
  const review = useReview<Record<string, unknown>>(send, (error, told) => {
    const place = placeOf(error.detail);
    if (!place || !fields.some(({ path }) => path === place)) return false;
    form.setProblems({ [place]: told });
    return true;
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    const reading = form.read(assets);
    review.setProblem(null);
    if (reading.ok) review.setReviewed(reading.data);
    else focusFirstProblem(review.id);
  }

  if (review.reviewed) {
    return (
      <Review review={review} act={act}>
        <h2 className="font-semibold">
          <Trans>Review</Trans>
        </h2>
        <SaidList said={saidOf(fields, review.reviewed)} />
      </Review>
    );
  }
  return (
    <form id={review.id} onSubmit={submit} className="flex flex-col gap-4" noValidate>
      <SchemaFields
        fields={fields}
        draft={form.draft}
        problems={form.problems}
        onChange={form.onChange}
        payer={owner}
        focusFirst
      />
      {review.problem && (
        <Notice tone="warn" role="alert">
          {review.problem}
        </Notice>
      )}
      <ReviewButton />
    </form>
  );
}
