import type { KindView, RequestView } from "@groat/client";
import { Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { inSentence } from "../lib/texts";
import { useRights } from "../live/hooks";
import { Button } from "../ui/button";
import { FILE, transitionOf } from "./kinds";

/** The way to a new request, for who may file one; one that belongs to `parent` is for its owner. */
export function FileButton({ kind, parent }: { kind: KindView; parent?: RequestView }) {
  const { admin } = useRights();
  const file = transitionOf(kind, FILE);
  const may = file?.by.includes("owner") || (admin && file?.by.includes("admin"));
  if (!may) return null;
  const given = parent && {
    [parent.kind]: parent.id,
    ...(admin && { for: parent.user || parent.owner }),
    ...(typeof parent.data.asset === "string" && { asset: parent.data.asset }),
  };
  return (
    <Button asChild look={parent ? "secondary" : "primary"} size={parent ? "sm" : "md"}>
      <Link to="/requests/$kind/new" params={{ kind: kind.name }} search={given ?? {}}>
        <Plus aria-hidden /> <Trans context="a request">New {inSentence(kind.title)}</Trans>
      </Link>
    </Button>
  );
}
