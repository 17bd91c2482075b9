import {
  formatAmount,
  GroatError,
  type KindView,
  type RequestView,
  type TransitionView,
} from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type RefObject, useMemo, useState } from "react";
import { toast } from "sonner";
import { assetsQuery, userQuery } from "../api/queries";
import { inSentence } from "../lib/texts";
import { usePerson } from "../live/hooks";
import { ConfirmDialog } from "../parts/confirm-dialog";
import { useAsked } from "../parts/use-asked";
import type { ActModule } from "../registry/program";
import { useModuleOf } from "../registry/registry";
import { Button } from "../ui/button";
import { Dialog } from "../ui/overlay";
import { Notice } from "../ui/states";
import { placeOf, useForm } from "./form";
import { asksFor, isLast, leadsTo, moneyOf, stateOf, toastId, transitionOf } from "./kinds";
import { SchemaFields } from "./schema-form";
import { explainRefusal, useTake } from "./use-take";

/** Names that were read already; for sentences that are said once. */
export function useNames(): (principal: string) => string {
  const queries = useQueryClient();
  const me = usePerson().user;
  return (principal) => {
    const id = principal.slice(principal.indexOf(":") + 1);
    if (principal === `user:${me}`) return t`You`;
    return queries.getQueryData(userQuery(id).queryKey)?.name || id || t`Somebody`;
  };
}

interface ActsProps {
  kind: KindView;
  request: RequestView;
  /** The buttons for the keys A and R. */
  approveRef?: RefObject<HTMLButtonElement | null>;
  rejectRef?: RefObject<HTMLButtonElement | null>;
  /** Transitions that the page offers in another way. */
  omit?: readonly string[];
  onDone?: (after: RequestView) => void;
}

/** A button for each transition that the reader may take now; those that ask for something open a dialog. */
export function Acts({ kind, request, approveRef, rejectRef, omit = [], onDone }: ActsProps) {
  const { take, busy } = useTake();
  const nameOf = useNames();
  const module = useModuleOf(request);
  // A dialog is about the request as it was seen then. If it changes meanwhile, the server refuses and says so.
  const [asked, ask, close] = useAsked<Asked>();
  const [problem, setProblem] = useState<string | null>(null);
  const [armed, setArmed] = useState<string | null>(null);
  const offered = (request.may ?? [])
    .filter((name) => !omit.includes(name))
    .flatMap((name) => transitionOf(kind, name) ?? []);

  async function act(seen: RequestView, transition: TransitionView, input: Record<string, unknown> = {}) {
    setProblem(null);
    const after = await take(seen, transition, input);
    toast.success(doneWords(kind, seen, transition, after), {
      id: toastId(seen),
      description: [kind.title, moneyOf(seen)].filter(Boolean).join(" · "),
    });
    onDone?.(after);
  }
  /** Whether a dialog comes first, which guards itself. */
  const asksFirst = (transition: TransitionView) =>
    asksFor(transition).length > 0 || (!transition.decides && isLast(kind, transition));
  function press(transition: TransitionView) {
    if (asksFirst(transition)) {
      ask({ request, transition });
      return;
    }
    act(request, transition).catch((error: unknown) => {
      if (!(error instanceof GroatError)) throw error;
      setProblem(explainRefusal(error, kind, nameOf));
    });
  }

  const { correction, corrected } = request;
  if (offered.length === 0 && !problem && !correction && !corrected) return null;
  return (
    <div className="flex flex-col gap-3" data-testid="acts">
      {correction && (
        <Notice tone="warn" role="status">
          {t`${nameOf(correction.by)} proposed to give back ${amountOf(correction.input, request)}. It happens when another person corrects the same amount.`}
        </Notice>
      )}
      {corrected && (
        <p className="text-muted text-sm" data-testid="corrected">
          {t`Given back: ${Object.entries(corrected)
            .map(([asset, amount]) => `${formatAmount(amount)} ${asset}`)
            .join(", ")}`}
        </p>
      )}
      {problem && (
        <Notice tone="warn" role="alert">
          {problem}
        </Notice>
      )}
      <div className="flex flex-wrap gap-2">
        {offered.map((transition) => {
          const against = transition.decides && leadsTo(kind, transition, "bad");
          const asks = asksFor(transition).length > 0;
          const byKey = approveRef !== undefined && transition.decides && !against && !asks;
          return (
            <Button
              key={transition.name}
              ref={transition.decides ? (against ? rejectRef : approveRef) : undefined}
              look={transition.decides && !against ? "primary" : "secondary"}
              className={against ? "!text-bad" : undefined}
              guard={!asksFirst(transition) && `${transition.name} ${request.id} ${request.version}`}
              busy={busy === transition.name}
              data-testid={`act-${transition.name}`}
              data-asks={asks || undefined}
              onClick={() => press(transition)}
              {...(byKey && { onFocus: () => setArmed(transition.title), onBlur: () => setArmed(null) })}
            >
              {transition.title}
              {asks && " …"}
            </Button>
          );
        })}
      </div>
      {approveRef && (
        <p role="status" className="-mt-1 text-faint text-xs empty:hidden">
          {armed && t`A again, or Enter: ${[inSentence(armed), moneyOf(request)].filter(Boolean).join(" ")}`}
        </p>
      )}
      <InputDialog
        kind={kind}
        request={asked?.request ?? request}
        transition={asked && asksFor(asked.transition).length > 0 ? asked.transition : null}
        onClose={close}
        act={(transition, input) => act(asked?.request ?? request, transition, input)}
      />
      <ConfirmDialog
        open={asked !== null && asksFor(asked.transition).length === 0}
        onClose={close}
        {...finalWords(kind, asked?.request ?? request, asked?.transition, module?.mark)}
        act={async () => {
          if (asked) await act(asked.request, asked.transition);
        }}
      />
    </div>
  );
}

interface Asked {
  request: RequestView;
  transition: TransitionView;
}

/** "Close card", "Change limit": an act of one word names what it is done to. */
function actWords(kind: KindView, { title: act }: TransitionView): string {
  const noun = inSentence(kind.title);
  return act.includes(" ") ? act : t`${act} ${noun}`;
}

/** Asks before an end that cannot be taken back. Its buttons name what they keep and what they end. */
function finalWords(
  kind: KindView,
  request: RequestView,
  transition: TransitionView | undefined,
  mark: (request: RequestView) => string = () => "",
) {
  const noun = inSentence(kind.title);
  const title = transition ? actWords(kind, transition) : "";
  const money = moneyOf(request);
  return {
    title: `${[title, mark(request)].filter(Boolean).join(" ")}?`,
    actLabel: title,
    keepLabel: t`Keep ${noun}`,
    danger: true,
    children: t`${money ? `${money}. ` : ""}This can’t be undone.`,
  };
}

function doneWords(
  kind: KindView,
  before: RequestView,
  transition: TransitionView,
  after: RequestView,
): string {
  if (after.waits && after.state === before.state) {
    if (transition.confirms) return t`Proposed. Another person must correct the same amount.`;
    return t`Approved. One more approver is needed.`;
  }
  return after.state === before.state ? t`${transition.title}: done` : stateOf(kind, after.state).title;
}

interface InputProps {
  kind: KindView;
  request: RequestView;
  act: (transition: TransitionView, input: Record<string, unknown>) => Promise<void>;
  onClose: () => void;
}

/** Asks for what a transition needs. */
function InputDialog({ transition, ...rest }: InputProps & { transition: TransitionView | null }) {
  const { kind, request, act, onClose } = rest;
  const nameOf = useNames();
  const module = useModuleOf(request)?.acts?.[transition?.name ?? ""];
  const Own = module?.Form;
  return (
    <Dialog
      open={transition !== null}
      onOpenChange={(open) => !open && onClose()}
      title={(Own && module.title) ?? (transition ? actWords(kind, transition) : "")}
      description={Own ? undefined : (moneyOf(request) ?? undefined)}
      testId="input-dialog"
    >
      {transition && Own ? (
        <Own
          kind={kind}
          request={request}
          transition={transition}
          act={(input) => act(transition, input)}
          explain={(error) => explainRefusal(error, kind, nameOf)}
          onClose={onClose}
        />
      ) : (
        transition && <InputForm transition={transition} Preview={module?.Preview} {...rest} />
      )}
    </Dialog>
  );
}

function InputForm({
  kind,
  request,
  transition,
  Preview,
  act,
  onClose,
}: InputProps & { transition: TransitionView; Preview: ActModule["Preview"] }) {
  const fields = useMemo(() => asksFor(transition), [transition]);
  const form = useForm(fields, earlierInput(request, transition));
  const assets = useQuery(assetsQuery).data ?? [];
  const nameOf = useNames();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const against = leadsTo(kind, transition, "bad");
  const forPerson = transition.decides && fields.some(({ name }) => name === "reason");

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    const reading = form.read(assets);
    if (!reading.ok) return;
    setBusy(true);
    setProblem(null);
    try {
      await act(transition, reading.data);
      onClose();
    } catch (error) {
      if (!(error instanceof GroatError)) throw error;
      const place = placeOf(error.detail);
      const text = explainRefusal(error, kind, nameOf);
      if (place && fields.some(({ path }) => path === place)) form.setProblems({ [place]: text });
      else setProblem(text);
    } finally {
      setBusy(false);
    }
  }

  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4" noValidate>
      <SchemaFields
        fields={fields}
        draft={form.draft}
        problems={form.problems}
        onChange={(path, value) => {
          form.onChange(path, value);
          setProblem(null);
        }}
        payer={request.user || request.owner}
        focusFirst
      />
      {Preview && <Preview kind={kind} request={request} typed={form.draft} />}
      {forPerson && (
        <p className="-mt-2 text-faint text-xs">
          <Trans>The person reads the reason.</Trans>
        </p>
      )}
      {problem && (
        <Notice tone="warn" role="alert">
          {problem}
        </Notice>
      )}
      <div className="mt-1 flex justify-end gap-2">
        <Button onClick={onClose}>
          <Trans>Cancel</Trans>
        </Button>
        <Button type="submit" look={against ? "danger" : "primary"} busy={busy}>
          {transition.title}
        </Button>
      </div>
    </form>
  );
}

const amountOf = ({ amount }: Record<string, unknown>, { asset }: RequestView) =>
  typeof amount === "string" && amount
    ? [formatAmount(amount), asset].filter(Boolean).join(" ")
    : t`all that is left`;

/** The input of the first approver, or of the proposer: the second must repeat it. */
function earlierInput(request: RequestView, transition: TransitionView): Record<string, unknown> {
  if (transition.confirms) return request.correction?.input ?? {};
  if (!transition.approves) return {};
  return request.approvals.given.at(-1)?.input ?? {};
}
