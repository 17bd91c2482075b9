import { t } from "@lingui/core/macro";
/** Names of accounts as people read them. */

/** The stream of an owner, which is also their main account: a person is named by their id, another owner by the stream itself. */
export const streamOf = (owner: string) => (owner.includes(":") ? owner : `user:${owner}`);

/** "Main", or the part of the path under the person: "user:42:commissions" -> "Commissions". */
export function accountLabel(account: string): string {
  const segments = account.split(":");
  const rest = segments[0] === "user" ? segments.slice(2) : segments;
  return rest.length === 0 ? t`Main` : rest.map(sentence).join(" / ");
}

function sentence(word: string): string {
  const text = word.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Orders balances by account, and CREDIT before the other assets. */
export function inOrder(
  left: { account: string; asset: string },
  right: { account: string; asset: string },
): number {
  const place = (balance: { account: string; asset: string }) =>
    `${balance.account} ${balance.asset === "CREDIT" ? "" : balance.asset}`;
  return place(left).localeCompare(place(right));
}

const KINDS: Record<string, string> = {
  post: t`Posted`,
  hold: t`Held`,
  capture: t`Captured`,
  settle: t`Settled`,
  extend: t`Hold extended`,
  release: t`Released`,
  expire: t`Hold expired`,
  expire_grant: t`Credits expired`,
  return_grant: t`Credits returned`,
  void_grant: t`Grant taken back`,
  freeze_account: t`Frozen`,
  unfreeze_account: t`Unfrozen`,
  close_account: t`Closing`,
  finish_account: t`Closed`,
  reopen_account: t`Opened again`,
  set_member: t`Member changed`,
  forward_clock: t`Clock set forward`,
  clock_leapt: t`Clock leapt`,
  confirm_clock: t`Clock confirmed`,
  reverse: t`Reversal`,
  set_balance: t`Balance set`,
  open_account: t`Opened`,
  set_limits: t`Limits set`,
  add_asset: t`Asset added`,
  add_user: t`User created`,
  change_user: t`User changed`,
  revoke_user: t`Signed out everywhere`,
  add_api_key: t`API key made`,
  revoke_api_key: t`API key withdrawn`,
  view: t`Watched live`,
};

/** A transaction's kind in words; kinds that programs add are read from their name: "transfer.approve". */
export function kindLabel(kind: string): string {
  return KINDS[kind] ?? sentence(kind.replace(".", ": "));
}

/** Whether a transaction is a step of a request, whose money only its own steps move. */
export const isStep = (kind: string) => kind.includes(".");
