/** What the server says of kinds and of requests: only what a test is about need be said. */
import type { KindView, RequestView, StateView } from "@groat/client";

/** When requests were filed, unless told otherwise. */
export const AT = "2026-11-20T12:00:00Z";

export const stateView = (name: string, more: Partial<StateView> = {}): StateView => ({
  name,
  title: name,
  open: false,
  waits: false,
  tone: "neutral",
  due: "",
  ...more,
});

export const kindView = (more: Partial<KindView> = {}): KindView => ({
  name: "loan",
  title: "Loan",
  description: "",
  states: [],
  transitions: [],
  schema: {},
  thresholds: {},
  parent: null,
  parents: [],
  owners: ["user:*"],
  ...more,
});

export const requestView = (more: Partial<RequestView> = {}): RequestView => ({
  id: "r1",
  kind: "loan",
  state: "pending",
  version: 1,
  user: "42",
  owner: "user:42",
  data: {},
  amount: null,
  asset: null,
  filed_by: "user:42",
  filed_at: AT,
  changed_at: AT,
  due_at: null,
  approvals: { needed: 1, given: [] },
  decided_by: null,
  decided_at: null,
  reason: "",
  parent: null,
  hold: null,
  open: true,
  waits: true,
  ...more,
});
