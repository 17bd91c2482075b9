import { useQuery } from "@tanstack/react-query";
import { assetsQuery } from "../../api/queries";
import { kindsQuery } from "../../api/requests";
import { useMainBalances } from "../../live/hooks";

/** Of which assets something of this person's may be: those that they have, then the others; the bank's usual one first to choose. */
export function useAssetChoice(owner: string) {
  const own = useMainBalances(owner) ?? [];
  const assets = useQuery(assetsQuery).data ?? [];
  const kinds = useQuery(kindsQuery).data ?? [];
  const codes = [...new Set([...own.map(({ asset }) => asset), ...assets.map(({ code }) => code)])];
  const usual = kinds.flatMap(({ thresholds }) => Object.keys(thresholds));
  const first = usual.find((code) => own.some(({ asset }) => asset === code)) ?? own[0]?.asset ?? usual[0];
  return {
    assets,
    codes,
    first: first ?? codes[0] ?? "",
    balanceOf: (code: string) => own.find(({ asset }) => asset === code),
  };
}
