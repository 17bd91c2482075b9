import type { KindView, RequestView } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ComponentProps, type ReactNode, useEffect, useMemo, useState } from "react";
import { kindsQuery, PRESENCE_MS } from "../api/requests";
import { groat } from "../groat";
import { i18n, inSentence } from "../lib/texts";
import { usePerson, useRights } from "../live/hooks";
import { useModuleOf } from "../registry/registry";
import { Boundary } from "../ui/boundary";
import { Notice } from "../ui/states";
import { Amount, Time } from "../ui/text";
import { Acts } from "./acts";
import { fieldsOf, type Said, saidOf } from "./fields";
import { FileButton } from "./file-button";
import { stateOf, transitionOf, verdictsOf } from "./kinds";
import { Approvals, StateBadge, Viewers } from "./marks";
import { isAutomatic, Name } from "./people";
import { RequestList } from "./request-list";
import { SaidList } from "./said";
import { Timeline } from "./timeline";

type RecordProps = ComponentProps<typeof Acts> & {
  /** The part of a kind's own page above the data. */
  children?: ReactNode;
};

/** Marks the reader as present while a request is on screen (staff). Returns all its viewers. */
function usePresence(id: string): RequestView["viewers"] {
  const { staff } = useRights();
  const [viewers, setViewers] = useState<RequestView["viewers"]>();
  useEffect(() => {
    setViewers(undefined);
    if (!staff) return undefined;
    let ended = false;
    async function markPresent() {
      if (document.visibilityState !== "visible") return;
      try {
        const answer = await groat.api.lookAtRequest(id);
        if (!ended) setViewers(answer.viewers);
      } catch {
        // A courtesy: where it fails, nobody is told, and the next one tries again.
      }
    }
    void markPresent();
    const timer = setInterval(() => void markPresent(), PRESENCE_MS);
    return () => {
      ended = true;
      clearInterval(timer);
    };
  }, [id, staff]);
  return viewers;
}

/** All about one request: what it asks for, where it stands, who decided, and what the reader may do. */
export function RequestRecord({ kind, request, children, ...acts }: RecordProps) {
  const viewers = usePresence(request.id);
  const Face = useModuleOf(request)?.Face;
  const fields = useMemo(() => fieldsOf(kind.schema), [kind]);
  const said = saidOf(fields, request.data).filter(
    ({ input, value }) => input?.type !== "money" && value !== request.parent,
  );
  return (
    <div className="flex flex-col gap-5" data-testid="record" data-state={request.state}>
      <Viewers viewers={viewers ?? request.viewers} large />
      <Standing kind={kind} request={request} />
      <Acts kind={kind} request={request} {...acts} />
      <Approvals kind={kind} request={request} />
      {children}
      {Face ? (
        <Boundary fallback={<Unfaced said={said} />}>
          <Face kind={kind} request={request} />
        </Boundary>
      ) : (
        <SaidList said={said} />
      )}
      <Family kind={kind} request={request} />
      {request.history && <Timeline kind={kind} request={request} />}
    </div>
  );
}

/** The data where the program's own view of them broke. */
function Unfaced({ said }: { said: Said[] }) {
  return (
    <>
      <Notice tone="warn" role="alert">
        <Trans>The program's own view of it has failed. This is what it holds.</Trans>
      </Notice>
      <SaidList said={said} />
    </>
  );
}

/** State, amount, whose it is, since when: what is read first. */
function Standing({ kind, request }: { kind: KindView; request: RequestView }) {
  const { staff } = useRights();
  const next = transitionOf(kind, stateOf(kind, request.state).due);
  const { approve } = verdictsOf(kind, request.may);
  // Where all requests of a kind have the same owner, it says nothing of one.
  const owned = kind.owners.length > 1 || kind.owners[0] !== request.owner;
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        {request.amount && request.asset && (
          <Amount
            value={request.amount}
            asset={request.asset}
            className="font-semibold text-[1.75rem] leading-none tracking-[-0.02em]"
          />
        )}
        <StateBadge kind={kind} state={request.state} />
      </div>
      <p className="flex flex-wrap gap-x-1.5 text-muted text-sm">
        {staff && owned && (
          <span>{request.user ? <Whose user={request.user} /> : <Name first of={request.owner} />} ·</span>
        )}
        <span>
          {staff && owned ? t`submitted` : t`Submitted`} <Time at={request.filed_at} form="age" />
          {request.filed_by !== request.owner && (
            <>
              {" "}
              <Trans>
                by <Name by of={request.filed_by} />
              </Trans>
            </>
          )}
        </span>
        {request.due_at && next && (
          <span>
            · {dueWords(next)} <Time at={request.due_at} form="age" />
          </span>
        )}
      </p>
      {request.reason && stateOf(kind, request.state).tone === "bad" ? (
        <Notice tone="bad" title={request.decided_by ? <Decided request={request} /> : undefined}>
          {request.reason}
        </Notice>
      ) : (
        request.decided_by &&
        request.approvals.needed < 2 && (
          <p className="text-muted text-sm">
            <Decided request={request} />
          </p>
        )
      )}
      {request.waits && !approve && <WhyNot request={request} />}
    </div>
  );
}

/** "expires in 7 days", "begins in 3 days": what the server does at its time. Other languages name it: "Verfall: in 7 Tagen". */
function dueWords({ title }: { title: string }): string {
  if (i18n.locale !== "en") return `${title}:`;
  const verb = title.toLowerCase().split(" ");
  const [first = ""] = verb;
  return [/(?:s|x|ch|sh)$/.test(first) ? `${first}es` : `${first}s`, ...verb.slice(1)].join(" ");
}

function Decided({ request }: { request: RequestView }) {
  return (
    <>
      {isAutomatic(request.decided_by) ? (
        t`Decided automatically`
      ) : (
        <Trans>
          Decided by <Name by of={request.decided_by} />
        </Trans>
      )}
      {request.decided_at && (
        <>
          {" "}
          <Time at={request.decided_at} form="age" />
        </>
      )}
    </>
  );
}

function Whose({ user }: { user: string }) {
  return (
    <Link
      to="/users/$user"
      params={{ user }}
      className="rounded-sm font-medium text-ink underline decoration-line underline-offset-2 hover:decoration-current"
    >
      <Name first of={`user:${user}`} />
    </Link>
  );
}

/** Explains why somebody who approves elsewhere cannot do so here. */
function WhyNot({ request }: { request: RequestView }) {
  const { admin } = useRights();
  const me = `user:${usePerson().user}`;
  // Of a correction the acts themselves say who else is needed.
  if (!admin || request.correction) return null;
  if (request.user === me.slice(5) || request.filed_by === me) {
    return (
      <Notice tone="warn">
        <Trans>This request is yours, or you submitted it: somebody else must decide it.</Trans>
      </Notice>
    );
  }
  if (request.approvals.given.some(({ by }) => by === me)) {
    return (
      <Notice tone="warn">
        <Trans>You approved it. Somebody else must approve it as well.</Trans>
      </Notice>
    );
  }
  return null;
}

/** The request that this one belongs to, and those that belong to it. */
function Family({ kind, request }: { kind: KindView; request: RequestView }) {
  const kinds = useQuery(kindsQuery).data ?? [];
  const parent = kinds.find(({ name }) => name === kind.parent);
  const children = kinds.filter((other) => other.parent === kind.name);
  return (
    <>
      {parent && request.parent && (
        <p className="text-sm">
          <span className="text-muted">
            <Trans>Belongs to</Trans>{" "}
          </span>
          <Link
            to="/requests/$kind/$id"
            params={{ kind: parent.name, id: request.parent }}
            className="rounded-sm font-medium underline decoration-line underline-offset-2 hover:decoration-current"
          >
            {inSentence(parent.title)}
          </Link>
        </p>
      )}
      {children.map((child) => (
        <RequestList key={child.name} kind={child} parent={request.id}>
          {request.open && <FileButton kind={child} parent={request} />}
        </RequestList>
      ))}
    </>
  );
}
