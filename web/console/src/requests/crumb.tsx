import type { KindView } from "@groat/client";
import { Link } from "@tanstack/react-router";
import { ChevronLeft } from "lucide-react";
import { useRights } from "../live/hooks";
import { bankPage } from "../programs/bank/pages";
import { plural } from "./kinds";

const LOOK = "inline-flex items-center gap-1 rounded-sm text-muted hover:text-ink";

/** Back to where requests of a kind are listed: the inbox one came from, the bank's page, or the list made for any kind. */
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
  const page = staff ? null : bankPage(name);
  if (inbox) {
    return (
      <Link to="/inbox" className={LOOK}>
        <ChevronLeft className="size-4" aria-hidden /> Inbox
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
      <ChevronLeft className="size-4" aria-hidden /> {kind ? plural(kind.title) : "Requests"}
    </Link>
  );
}
