import { GroatError, type KindView } from "@groat/client";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { type FormEvent, useId, useMemo, useState } from "react";
import { toast } from "sonner";
import { explain } from "../api/problem";
import { assetsQuery } from "../api/queries";
import { kindsQuery } from "../api/requests";
import { usePerson, useRights } from "../live/hooks";
import { KindCrumb } from "../requests/crumb";
import { fieldsOf, saidOf } from "../requests/fields";
import { placeOf, useForm } from "../requests/form";
import { FILE, moneyOf, toastId, transitionOf } from "../requests/kinds";
import { Name } from "../requests/people";
import { SaidList } from "../requests/said";
import { SchemaFields } from "../requests/schema-form";
import { useFile } from "../requests/use-file";
import { Button } from "../ui/button";
import { Field, Input } from "../ui/field";
import { ErrorState, Notice, Skeleton } from "../ui/states";
import { Card, PageHeader } from "../ui/surface";

const route = getRouteApi("/inside/requests/$kind/new");

/** Files a request of any kind: its fields, then everything once more before it is sent. */
export function FileRequestPage() {
  const { kind: name } = route.useParams();
  const kinds = useQuery(kindsQuery);
  const kind = kinds.data?.find((one) => one.name === name);
  const title = kind ? `New ${kind.title.toLowerCase()}` : "New request";
  const crumb = <KindCrumb name={name} kind={kind} />;
  return (
    <>
      <PageHeader title={title} hint={kind?.description} crumb={crumb} />
      <Card className="max-w-xl p-4 sm:p-6">
        {kind ? (
          <FileForm key={name} kind={kind} />
        ) : kinds.isPending ? (
          <Skeleton className="h-60 w-full" />
        ) : (
          <ErrorState
            error={kinds.error ?? new Error("This server knows no requests of this kind.")}
            onRetry={() => void kinds.refetch()}
          />
        )}
      </Card>
    </>
  );
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
  const owner = person.trim().replace(/^user:/, "") || me;
  const assets = useQuery(assetsQuery).data ?? [];
  const navigate = route.useNavigate();
  const [reviewed, setReviewed] = useState<Record<string, unknown> | null>(null);
  const { file, busy } = useFile();
  const [problem, setProblem] = useState<string | null>(null);
  const id = useId();
  const act = filing?.title ?? "File";

  function review(event: FormEvent) {
    event.preventDefault();
    const reading = form.read(assets);
    setProblem(null);
    if (mustName && !person.trim()) setProblem("Say whose it is.");
    else if (reading.ok) setReviewed(reading.data);
    else focusFirstProblem(id);
  }

  async function send(event: FormEvent) {
    event.preventDefault();
    if (busy || !reviewed) return;
    setProblem(null);
    try {
      const request = await file(kind.name, reviewed, owner === me ? undefined : owner);
      toast.success(`${kind.title} filed`, {
        id: toastId(request),
        description: moneyOf(request) ?? undefined,
      });
      await navigate({
        to: "/requests/$kind/$id",
        params: { kind: kind.name, id: request.id },
        replace: true,
      });
    } catch (error) {
      if (!(error instanceof GroatError)) throw error;
      const place = placeOf(error.detail);
      if (place && fields.some(({ path }) => path === place)) {
        form.setProblems({ [place]: explain(error) });
        setReviewed(null);
      } else setProblem(explain(error));
    }
  }

  if (reviewed) {
    return (
      <form onSubmit={(event) => void send(event)} className="flex flex-col gap-5" data-testid="review">
        <h2 className="font-semibold">Is this right?</h2>
        {owner !== me && (
          <p className="text-sm">
            <span className="text-muted">For </span>
            <Name of={`user:${owner}`} className="font-medium" />
          </p>
        )}
        <SaidList said={saidOf(fields, reviewed)} />
        {problem && (
          <Notice tone="warn" role="alert">
            {problem}
          </Notice>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={() => setReviewed(null)}>Change</Button>
          <Button type="submit" look="primary" busy={busy} autoFocus>
            {act}
          </Button>
        </div>
      </form>
    );
  }
  return (
    <form id={id} onSubmit={review} className="flex flex-col gap-4" noValidate>
      {forOthers && (
        <Field label={mustName ? "Whose" : "Whose (yours, if empty)"} hint="The person's id.">
          {(wiring) => (
            <Input
              {...wiring}
              autoCapitalize="none"
              autoComplete="off"
              spellCheck={false}
              value={person}
              onChange={(event) => setPerson(event.target.value)}
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
      {problem && (
        <Notice tone="warn" role="alert">
          {problem}
        </Notice>
      )}
      <div className="mt-1 flex justify-end">
        <Button type="submit" look="primary">
          Review
        </Button>
      </div>
    </form>
  );
}

/** Whoever presses on sees at once what is missing. */
function focusFirstProblem(form: string): void {
  requestAnimationFrame(() => {
    const first = document.getElementById(form)?.querySelector<HTMLElement>("[aria-invalid=true]");
    first?.focus();
  });
}
