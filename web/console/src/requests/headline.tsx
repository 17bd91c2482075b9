import type { KindView, RequestView } from "@groat/client";
import { bankLine } from "../programs/bank/faces";
import { headline } from "./kinds";

/** Describes a request in a line. */
export function Headline({ kind, request }: { kind: KindView | undefined; request: RequestView }) {
  return bankLine(request) ?? headline(kind, request);
}
