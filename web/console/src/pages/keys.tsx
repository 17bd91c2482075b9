import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Copy, KeyRound, Plus, Trash2 } from "lucide-react";
import { type FormEvent, useMemo, useState } from "react";
import { toast } from "sonner";
import { type ApiKey, apiKeys } from "../api/api-keys";
import { apiKeysQuery } from "../api/queries";
import { copyText } from "../lib/clipboard";
import { ConfirmDialog } from "../parts/confirm-dialog";
import { useAsked } from "../parts/use-asked";
import { useAttempt } from "../parts/use-attempt";
import { StaffOnly } from "../shell/gate";
import { Button, IconButton } from "../ui/button";
import { type Column, DataTable } from "../ui/data-table";
import { Field, Input } from "../ui/field";
import { Dialog } from "../ui/overlay";
import { EmptyState, ErrorState, Notice, SkeletonRows } from "../ui/states";
import { Badge, Card, PageHeader } from "../ui/surface";
import { Time } from "../ui/text";

function columnsFor(onRevoke: (key: ApiKey) => void): Column<ApiKey>[] {
  return [
    {
      id: "service",
      header: t`Service`,
      cell: ({ row: { original } }) => (
        <div>
          <p className="font-medium">{original.service}</p>
          <p className="text-faint text-xs">{original.label || t`no label`}</p>
        </div>
      ),
    },
    {
      id: "state",
      header: t`State`,
      cell: ({ row }) =>
        row.original.revoked_at ? (
          <Badge tone="bad">
            <Trans>revoked</Trans>
          </Badge>
        ) : (
          <Badge tone="good">
            <Trans>active</Trans>
          </Badge>
        ),
    },
    {
      id: "created",
      header: t`Made`,
      cell: ({ row: { original } }) => (
        <span className="text-muted">
          <Time at={original.created_at} /> {original.created_by && t`by ${original.created_by}`}
        </span>
      ),
      meta: { from: "sm" },
    },
    {
      id: "acts",
      header: () => (
        <span className="sr-only">
          <Trans>Acts</Trans>
        </span>
      ),
      cell: ({ row: { original } }) =>
        !original.revoked_at && (
          <IconButton
            label={t`Withdraw the key ${original.label || original.id} of ${original.service}`}
            className="-my-2"
            onClick={() => onRevoke(original)}
          >
            <Trash2 aria-hidden />
          </IconButton>
        ),
      meta: { align: "end", className: "w-12" },
    },
  ];
}

export function KeysPage() {
  return (
    <StaffOnly admin>
      <Keys />
    </StaffOnly>
  );
}

function Keys() {
  const queries = useQueryClient();
  const query = useQuery(apiKeysQuery);
  const [creating, setCreating] = useState(false);
  const [revoked, askToRevoke, closeRevoked] = useAsked<ApiKey>();
  const columns = useMemo(() => columnsFor(askToRevoke), [askToRevoke]);
  const create = (
    <Button look="primary" onClick={() => setCreating(true)}>
      <Plus aria-hidden /> <Trans>New key</Trans>
    </Button>
  );
  return (
    <>
      <PageHeader
        title={t`API keys`}
        hint={t`For your own servers. A service keeps its name while its keys are exchanged.`}
      >
        {create}
      </PageHeader>
      <Card className="overflow-hidden">
        {query.isPending ? (
          <SkeletonRows rows={3} />
        ) : query.isError && !query.data ? (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        ) : query.data.length === 0 ? (
          <EmptyState icon={<KeyRound aria-hidden />} title={t`No keys yet`}>
            <Trans>A key lets a server of yours post transactions and holds.</Trans>
          </EmptyState>
        ) : (
          <DataTable
            caption={t`API keys`}
            columns={columns}
            rows={query.data}
            rowId={(row) => row.id}
            rowTestId="api-key"
          />
        )}
      </Card>
      <Dialog
        open={creating}
        onOpenChange={setCreating}
        title={t`New API key`}
        description={t`It may do everything an administrator may.`}
        testId="create-key-dialog"
      >
        <CreateKey onDone={() => setCreating(false)} />
      </Dialog>
      <ConfirmDialog
        open={revoked !== null}
        onClose={closeRevoked}
        title={t`Withdraw this key?`}
        actLabel={t`Withdraw key`}
        danger
        act={async () => {
          if (!revoked) return;
          await apiKeys.remove(revoked.id);
          toast.success(t`Key withdrawn`);
          await queries.invalidateQueries({ queryKey: ["api-keys"] });
        }}
      >
        <Trans>
          {revoked?.service} can no longer call with “{revoked?.label || revoked?.id}”. This cannot be undone;
          make a new key first if the service shall go on.
        </Trans>
      </ConfirmDialog>
    </>
  );
}

function CreateKey({ onDone }: { onDone: () => void }) {
  const queries = useQueryClient();
  const [service, setService] = useState("");
  const [label, setLabel] = useState("");
  const { busy, problem, setProblem, attempt } = useAttempt();
  const [made, setMade] = useState<string | null>(null);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (!service.trim()) return setProblem(t`Name the service that will use it.`);
    return attempt(async () => {
      const { key } = await apiKeys.create(service.trim(), label.trim());
      setMade(key);
      await queries.invalidateQueries({ queryKey: ["api-keys"] });
    });
  }

  if (made) {
    return (
      <div className="flex flex-col gap-4">
        <Notice tone="good" role="status" title={t`The key is made.`}>
          <Trans>It is shown this once. Keep it where your server finds it.</Trans>
        </Notice>
        <div className="flex items-center gap-2 rounded-md border border-line bg-sunken p-3">
          <code data-testid="new-key" className="min-w-0 flex-1 break-all text-xs">
            {made}
          </code>
          <IconButton label={t`Copy key`} onClick={() => void copyText(made, t`Key copied`)}>
            <Copy aria-hidden />
          </IconButton>
        </div>
        <Button look="primary" className="self-end" onClick={onDone}>
          <Trans>Done</Trans>
        </Button>
      </div>
    );
  }
  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4" noValidate>
      <Field label={t`Service`} hint={t`For example shop. Its idempotency keys belong to this name.`}>
        {(wiring) => (
          <Input
            {...wiring}
            autoFocus
            autoCapitalize="none"
            spellCheck={false}
            value={service}
            onChange={(event) => setService(event.target.value)}
          />
        )}
      </Field>
      <Field label={t`Label (optional)`} hint={t`To tell its keys apart, for example production.`}>
        {(wiring) => (
          <Input
            {...wiring}
            maxLength={200}
            value={label}
            onChange={(event) => setLabel(event.target.value)}
          />
        )}
      </Field>
      {problem && (
        <Notice tone="bad" role="alert">
          {problem}
        </Notice>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onDone}>
          <Trans>Cancel</Trans>
        </Button>
        <Button type="submit" look="primary" busy={busy}>
          <Trans>Make key</Trans>
        </Button>
      </div>
    </form>
  );
}
