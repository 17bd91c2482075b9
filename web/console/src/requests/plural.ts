import type { KindView } from "@groat/client";
import { useKindModules } from "../registry/registry";
import { plural } from "./kinds";

/** Names many of a kind, as headings of lists need it. */
export function usePlural(): (kind: KindView) => string {
  const moduleOf = useKindModules();
  return (kind) => moduleOf(kind)?.plural ?? plural(kind.title);
}
