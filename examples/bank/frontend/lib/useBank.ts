// Everything that the page shows, as the six events of the bank tell it.
import { useReducer } from "react";
import { toast } from "sonner";
import { useSocketEvent } from "@/components/SocketProvider";
import { getDeposits, getRequest, getRequests } from "@/lib/api";
import {
  type Balance,
  type BalanceUpdated,
  KINDS,
  type Kind,
  type Notification,
  type Request,
  type RequestUpdated,
} from "@/lib/events";
import { isZero, money, words } from "@/lib/format";

/** One event, as the list of the latest events shows it. */
export interface Told {
  key: string;
  event: string;
  text: string;
  at: Date;
}

interface Bank {
  balances: Record<string, Balance>;
  requests: Record<string, Request>;
  latest: Told[];
}

const LATEST_MAX = 50;

type Action = { balance: Balance } | { requests: Request[] } | { told: Told };

/** An older answer that comes late never replaces a newer one: versions decide. */
function reduce(bank: Bank, action: Action): Bank {
  if ("balance" in action) {
    const { asset, version } = action.balance;
    if (version < (bank.balances[asset]?.version ?? 0)) return bank;
    return { ...bank, balances: { ...bank.balances, [asset]: action.balance } };
  }
  if ("requests" in action) {
    const requests = { ...bank.requests };
    for (const each of action.requests) {
      const { version = 0, data = {} } = requests[each.id] ?? {};
      // An event has the state, but not all of the data.
      if (each.version >= version) requests[each.id] = { ...each, data: { ...data, ...each.data } };
    }
    return { ...bank, requests };
  }
  return { ...bank, latest: [action.told, ...bank.latest].slice(0, LATEST_MAX) };
}

export function useBank(): Bank {
  const [bank, dispatch] = useReducer(reduce, { balances: {}, requests: {}, latest: [] });

  const tell = (event: string, key: string, text: string) =>
    dispatch({ told: { key: `${event} ${key}`, event, text, at: new Date() } });

  const read = (some: Promise<Request[]>) => some.then((requests) => dispatch({ requests }), report);

  // A new connection begins with this; one that went on where it was gets just what it missed.
  useSocketEvent<unknown>("snapshot", () => {
    read(getRequests());
    read(getDeposits());
  });

  useSocketEvent<BalanceUpdated>("balance_updated", (told) => {
    dispatch({ balance: told });
    if (told.snapshot) return;
    const { asset, delta, available, reason } = told;
    const what = isZero(delta) ? `${money(available, asset)} available` : money(delta, asset, true);
    tell("balance_updated", told.id, `${what}: ${reason}`);
  });

  const useKind = (kind: Kind) =>
    useSocketEvent<RequestUpdated>(`${kind}_updated`, (told) => {
      if (told.snapshot) return;
      const { id, status, version, reason, amount, currency } = told;
      const data: Request["data"] = amount && currency ? { amount, asset: currency } : {};
      dispatch({
        requests: [{ id, kind, state: status, version, reason, data, filed_at: new Date().toISOString() }],
      });
      getRequest(kind, id).then((request) => dispatch({ requests: [request] }), report);
      const sum = amount && currency ? ` ${money(amount, currency)}` : "";
      tell(`${kind}_updated`, `${id} ${version}`, `${words(status)}${sum}`);
    });
  KINDS.forEach(useKind);

  useSocketEvent<Notification>("notification", ({ id, level, title, body, category, thread, subject }) => {
    // A toast is replaced by the next one about the same.
    toast[level](title, { id: thread || subject?.id || id, description: body });
    tell("notification", id, title);
    // Deposits are the bank's own: there is no event but this.
    if (category === "deposits") read(getDeposits());
  });

  return bank;
}

function report(error: Error) {
  toast.error(error.message);
}
