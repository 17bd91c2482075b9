import type { KindView } from "@groat/client";
import { i18n } from "../lib/texts";
import { useKindModules } from "../registry/registry";
import { plural } from "./kinds";

/** Names many of a kind, as headings of lists need it. Only English makes it of the title. */
export function usePlural(): (kind: KindView) => string {
  const moduleOf = useKindModules();
  return (kind) => moduleOf(kind)?.plural ?? (i18n.locale === "en" ? plural(kind.title) : kind.title);
}
