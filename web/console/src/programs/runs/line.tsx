import type { RequestView } from "@groat/client";
import { WHATS } from "./words";

/** A run in a line: the name of what it is made of. */
export function RunLine({ request: { data } }: { request: RequestView }) {
  return typeof data.name === "string" && data.name ? data.name : WHATS.list;
}
