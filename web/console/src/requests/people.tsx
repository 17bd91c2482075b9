import { t } from "@lingui/core/macro";
import { useQuery } from "@tanstack/react-query";
import { userQuery } from "../api/queries";
import { usePerson, useRights } from "../live/hooks";

/** Names change seldom. */
const NAME_MS = 300_000;

/** A principal as people call it: a name where one may be known, "you", or what acts by itself. */
export function useName(principal: string | null): string {
  const cut = (principal ?? "").indexOf(":");
  const [sort, id] = [principal?.slice(0, cut) ?? "", principal?.slice(cut + 1) ?? ""];
  const me = usePerson();
  const { staff } = useRights();
  const other = sort === "user" && id !== me.user;
  const user = useQuery({ ...userQuery(id), staleTime: NAME_MS, enabled: staff && other && id !== "" });
  if (sort === "system") return "groat";
  if (sort === "house") return principal ?? "";
  if (sort === "user" && !other) return t`you`;
  return user.data?.name || id || "";
}

/** Whether nobody did it, but the server by itself, at its time. */
export const isAutomatic = (principal: string | null) => principal?.startsWith("system:") ?? false;

/** A name that stands for itself or at the beginning (`first`) of a sentence, or in one, after "by" (`by`). */
export function Name({
  of,
  first = false,
  by = false,
  className,
}: {
  of: string | null;
  first?: boolean;
  by?: boolean;
  className?: string;
}) {
  const name = useName(of);
  const { user } = usePerson();
  const reader = first ? t`You` : by ? t({ message: "you", context: "by you" }) : name;
  return <span className={className}>{of === `user:${user}` ? reader : name}</span>;
}
