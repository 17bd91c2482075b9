import type { KindView } from "@groat/client";
import { t } from "@lingui/core/macro";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { toast } from "sonner";
import { useKind } from "../api/requests";
import { inSentence } from "../lib/texts";
import { usePerson, useRights, useWatch } from "../live/hooks";
import { PersonPicker } from "../parts/person-picker";
import type { FormProps } from "../registry/program";
import { useKindModules } from "../registry/registry";
import { KindCrumb } from "../requests/crumb";
import { FILE, moneyOf, toastId, transitionOf } from "../requests/kinds";
import { OfKind } from "../requests/of-kind";
import { SchemaFiling } from "../requests/schema-filing";
import { useFile } from "../requests/use-file";
import { Boundary } from "../ui/boundary";
import { Card, PageHeader } from "../ui/surface";

const route = getRouteApi("/inside/requests/$kind/new");

/** Files a request of any kind, by the form of its program if it brings one. */
export function FileRequestPage() {
  const { kind: name } = route.useParams();
  const kind = useKind(name);
  const { admin } = useRights();
  const moduleOf = useKindModules();
  const form = kind && moduleOf(kind)?.form;
  const title =
    (admin ? form?.staffTitle : form?.title) ??
    (kind ? t({ message: `New ${inSentence(kind.title)}`, context: "a request" }) : t`New request`);
  const crumb = <KindCrumb name={name} kind={kind} />;
  return (
    <>
      <PageHeader title={title} hint={kind?.description} crumb={crumb} />
      <div className="max-w-xl">
        <OfKind name={name}>
          {(known) => (
            <Card className="p-4 sm:p-6">
              <Filing key={name} kind={known} />
            </Card>
          )}
        </OfKind>
      </div>
    </>
  );
}

/** Staff who may file for others choose the person first; the form is the same for everybody. */
function Filing({ kind }: { kind: KindView }) {
  const { for: whose, ...given } = route.useSearch();
  const by = transitionOf(kind, FILE)?.by ?? [];
  const me = usePerson().user;
  const forOthers = useRights().admin && by.includes("admin");
  const [owner, setOwner] = useState(forOthers ? String(whose ?? "") : me);
  // Their balances are in the forms, as one's own are.
  useWatch(owner && !owner.includes(":") ? owner : null);
  return (
    <div className="flex flex-col gap-6">
      {forOthers && (
        <PersonPicker
          label={t`For`}
          value={owner}
          onChange={setOwner}
          owners={kind.owners}
          self={by.includes("owner") && kind.owners.includes("user:*")}
        />
      )}
      {owner && <FilingForm key={owner} kind={kind} owner={owner} given={given} />}
    </div>
  );
}

function FilingForm({ kind, owner, given }: Pick<FormProps, "kind" | "owner" | "given">) {
  const Own = useKindModules()(kind)?.form?.Form;
  const { file } = useFile();
  const navigate = route.useNavigate();
  const me = usePerson().user;
  const props: FormProps = {
    kind,
    owner,
    given,
    act: transitionOf(kind, FILE)?.title ?? t({ message: "File", context: "a request" }),
    async send(data) {
      const request = await file(kind.name, data, owner === me ? undefined : owner);
      toast.success(t`${kind.title} filed`, {
        id: toastId(request),
        description: moneyOf(request) ?? undefined,
      });
      await navigate({
        to: "/requests/$kind/$id",
        params: { kind: kind.name, id: request.id },
        replace: true,
      });
    },
  };
  const plain = <SchemaFiling {...props} />;
  return Own ? (
    <Boundary fallback={plain}>
      <Own {...props} />
    </Boundary>
  ) : (
    plain
  );
}
