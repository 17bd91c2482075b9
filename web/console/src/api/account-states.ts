import type { AccountStateView, AccountView } from "@groat/client";
import { groat } from "../groat";

export type AccountState = NonNullable<AccountView["state"]>;
export type AccountAct = "freeze" | "unfreeze" | "close" | "reopen";

/** Changes the state of an account, which a call of the console's own does: no app of people may. */
export const changeState = (
  account: string,
  act: AccountAct,
  body: { reason: string; rest_to?: string },
  key: string,
) =>
  groat.api.request<AccountStateView>(`/v1/accounts/${encodeURIComponent(account)}/${act}`, {
    method: "POST",
    body,
    key,
  });
