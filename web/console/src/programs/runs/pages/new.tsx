import type { RunDraft } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { assetsQuery } from "../../../api/queries";
import { DEFAULT_REASON } from "../../../api/words";
import { AssetSelect } from "../../../parts/money";
import { ReasonField } from "../../../parts/reason-field";
import { StaffOnly } from "../../../shell/gate";
import { Choice, Field } from "../../../ui/field";
import { Card, PageHeader } from "../../../ui/surface";
import { ByFile } from "../by-file";
import { ByList } from "../by-list";
import { BySelection } from "../by-selection";
import { RunsCrumb } from "../crumb";
import { type DraftTerms, draftQuery, type Mode } from "../data";
import { DRAFT } from "../paths";

type Way = "file" | "list" | "selection";

const MODES = [
  { value: "add", label: t`Add` },
  { value: "set", label: t`Set to` },
] as const;

/** The beginning of a bulk run: what it is for, and from where its rows come. Nothing is written but a draft. */
export function NewRunPage() {
  return (
    <StaffOnly admin>
      <NewRun />
    </StaffOnly>
  );
}

function NewRun() {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const assets = useQuery(assetsQuery).data ?? [];
  const [way, setWay] = useState<Way>("file");
  const [chosen, setAsset] = useState("");
  const [mode, setMode] = useState<Mode>("add");
  const [reason, setReason] = useState("");
  const codes = assets.map(({ code }) => code);
  const asset = chosen || (codes.includes("CREDIT") || codes.length === 0 ? "CREDIT" : (codes[0] ?? ""));
  const terms: DraftTerms = { asset, mode, reason: reason.trim() || DEFAULT_REASON };

  function open(draft: RunDraft) {
    queries.setQueryData(draftQuery(draft.id).queryKey, draft);
    void navigate({ to: DRAFT.replace("$draft", draft.id) });
  }

  return (
    <>
      <PageHeader
        title={t`New bulk run`}
        hint={t`Every row is checked first. Nobody gets anything before you say so.`}
        crumb={<RunsCrumb />}
      />
      <Card className="flex flex-col gap-5 p-4 sm:p-6">
        <div className="grid gap-4 sm:grid-cols-[8rem_11rem_minmax(0,1fr)]">
          <Field label={t`Asset`}>
            {(wiring) => (
              <AssetSelect
                {...wiring}
                codes={codes.length > 0 ? codes : [asset]}
                value={asset}
                onChange={setAsset}
              />
            )}
          </Field>
          <div className="flex flex-col gap-1.5">
            <span className="font-medium text-sm">
              <Trans>Amounts</Trans>
            </span>
            <Choice label={t`Amounts`} value={mode} options={MODES} onChange={setMode} />
          </div>
          <ReasonField
            label={t`Reason for rows without one`}
            placeholder={DEFAULT_REASON}
            value={reason}
            onChange={setReason}
          />
        </div>
        {mode === "set" && (
          <p className="-mt-2 text-muted text-sm">
            <Trans>Each balance becomes the amount in its row, whatever it was before.</Trans>
          </p>
        )}
        <Choice
          label={t`Where the rows come from`}
          className="max-w-md"
          value={way}
          options={[
            { value: "file", label: t`A file` },
            { value: "list", label: t`A list` },
            { value: "selection", label: t`People` },
          ]}
          onChange={setWay}
        />
        {way === "file" && <ByFile terms={terms} onDraft={open} />}
        {way === "list" && <ByList terms={terms} onDraft={open} />}
        {way === "selection" && <BySelection terms={terms} onDraft={open} />}
      </Card>
    </>
  );
}
