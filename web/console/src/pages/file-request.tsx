import type { KindView } from "@groat/client";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { type FormEvent, useMemo, useState } from "react";
import { toast } from "sonner";
import { assetsQuery } from "../api/queries";
import { useKind } from "../api/requests";
import { usePerson, useRights } from "../live/hooks";
import type { KindModule } from "../registry/program";
import { useKindModules } from "../registry/registry";
import { KindCrumb } from "../requests/crumb";
import { fieldsOf, saidOf } from "../requests/fields";
import { focusFirstProblem, placeOf, useForm } from "../requests/form";
import { FILE, moneyOf, toastId, transitionOf } from "../requests/kinds";
import { OfKind } from "../requests/of-kind";
import { Name } from "../requests/people";
import { Review, ReviewButton, useReview } from "../requests/review";
import { SaidList } from "../requests/said";
import { SchemaFields } from "../requests/schema-form";
import { useFile } from "../requests/use-file";
import { Field, Input } from "../ui/field";
import { Notice } from "../ui/states";
import { Card, PageHeader } from "../ui/surface";

const route = getRouteApi("/inside/requests/$kind/new");

/** Files a request of any kind: its fields, then everything once more before it is sent. */
export function FileRequestPage() {
  const { kind: name } = route.useParams();
  const kind = useKind(name);
  const { admin } = useRights();
  const moduleOf = useKindModules();
  const own = kind && !admin ? moduleOf(kind)?.form : undefined;
  const title = own?.title ?? (kind ? `New ${kind.title.toLowerCase()}` : "New request");
  const crumb = <KindCrumb name={name} kind={kind} />;
  return (
    <>
      <PageHeader title={title} hint={kind?.description} crumb={crumb} />
      <div className="max-w-xl">
        <OfKind name={name}>
          {(known) => (
            <Card className="p-4 sm:p-6">
              {own ? <OwnForm kind={known} Form={own.Form} /> : <FileForm key={name} kind={known} />}
            </Card>
          )}
        </OfKind>
      </div>
    </>
  );
}

/** Files, and goes to what was filed. Throws GroatError. */
function useSend(kind: KindView) {
  const { file } = useFile();
  const navigate = route.useNavigate();
  return async (data: Record<string, unknown>, user?: string) => {
    const request = await file(kind.name, data, user);
    toast.success(`${kind.title} filed`, {
      id: toastId(request),
      description: moneyOf(request) ?? undefined,
    });
    await navigate({
      to: "/requests/$kind/$id",
      params: { kind: kind.name, id: request.id },
      replace: true,
    });
  };
}

/** The bank's own form; who files for others has the one made from the schema, which asks for whom. */
function OwnForm({ kind, Form }: { kind: KindView } & Pick<NonNullable<KindModule["form"]>, "Form">) {
  const send = useSend(kind);
  const owner = usePerson().user;
  const given = route.useSearch();
  const act = transitionOf(kind, FILE)?.title ?? "File";
  return <Form kind={kind} owner={owner} act={act} given={given} send={send} />;
}

function FileForm({ kind }: { kind: KindView }) {
  const filing = transitionOf(kind, FILE);
  const fields = useMemo(() => fieldsOf(filing?.schema ?? kind.schema, kind.parent), [filing, kind]);
  const { for: whose = "", ...given } = route.useSearch();
  const form = useForm(fields, { asset: Object.keys(kind.thresholds)[0], ...given });
  const me = usePerson().user;
  const { admin } = useRights();
  const forOthers = admin && filing?.by.includes("admin");
  const mustName = !filing?.by.includes("owner");
  const [person, setPerson] = useState(String(whose));
  const [unnamed, setUnnamed] = useState(false);
  const owner = person.trim().replace(/^user:/, "") || me;
  const assets = useQuery(assetsQuery).data ?? [];
  const send = useSend(kind);
  const review = useReview<Record<string, unknown>>(
    (data) => send(data, owner === me ? undefined : owner),
    (error, told) => {
      const place = placeOf(error.detail);
      if (!place || !fields.some(({ path }) => path === place)) return false;
      form.setProblems({ [place]: told });
      return true;
    },
  );

  function submit(event: FormEvent) {
    event.preventDefault();
    const reading = form.read(assets);
    const nobody = mustName && !person.trim();
    review.setProblem(null);
    setUnnamed(nobody);
    if (reading.ok && !nobody) review.setReviewed(reading.data);
    else focusFirstProblem(review.id);
  }

  if (review.reviewed) {
    return (
      <Review review={review} act={filing?.title ?? "File"}>
        <h2 className="font-semibold">Review</h2>
        {owner !== me && (
          <p className="text-sm">
            <span className="text-muted">For </span>
            <Name of={`user:${owner}`} className="font-medium" />
          </p>
        )}
        <SaidList said={saidOf(fields, review.reviewed)} />
      </Review>
    );
  }
  return (
    <form id={review.id} onSubmit={submit} className="flex flex-col gap-4" noValidate>
      {forOthers && (
        <Field
          label={mustName ? "Whose" : "Whose (yours, if empty)"}
          hint="The person's id."
          problem={unnamed && "Say whose it is."}
        >
          {(wiring) => (
            <Input
              {...wiring}
              aria-required={mustName}
              autoCapitalize="none"
              autoComplete="off"
              spellCheck={false}
              value={person}
              onChange={(event) => {
                setPerson(event.target.value);
                setUnnamed(false);
              }}
            />
          )}
        </Field>
      )}
      <SchemaFields
        fields={fields}
        draft={form.draft}
        problems={form.problems}
        onChange={form.onChange}
        payer={owner}
        focusFirst={!forOthers}
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
