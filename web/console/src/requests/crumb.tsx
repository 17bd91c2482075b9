import type { KindView } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { ChevronLeft } from "lucide-react";
import { useRights } from "../live/hooks";
import { useKindModules } from "../registry/registry";
import { usePlural } from "./plural";

const LOOK = "inline-flex items-center gap-1 rounded-sm text-muted hover:text-ink";

/** Back to where requests of a kind are listed: the inbox one came from, the page that a program has for the kind, or the list made for any kind. */
export function KindCrumb({
  name,
  kind,
  inbox = false,
}: {
  name: string;
  kind: KindView | undefined;
  inbox?: boolean;
}) {
  const { staff } = useRights();
  const plural = usePlural();
  const moduleOf = useKindModules();
  const page = !staff && kind && moduleOf(kind)?.page;
  if (inbox) {
    return (
      <Link to="/inbox" className={LOOK}>
        <ChevronLeft className="size-4" aria-hidden /> <Trans>Inbox</Trans>
      </Link>
    );
  }
  if (page) {
    return (
      <Link to={page.to} className={LOOK}>
        <ChevronLeft className="size-4" aria-hidden /> {page.label}
      </Link>
    );
  }
  return (
    <Link to="/requests/$kind" params={{ kind: name }} className={LOOK}>
      <ChevronLeft className="size-4" aria-hidden /> {kind ? plural(kind) : t`Requests`}
    </Link>
  );
}
