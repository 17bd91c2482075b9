import { GroatError } from "@groat/client";
import { t } from "@lingui/core/macro";
import { useQuery } from "@tanstack/react-query";
import { explain } from "../../api/problem";
import { configQuery } from "../../api/queries";
import { groat } from "../../groat";
import { usePerson } from "../../live/hooks";

type Found = { to: { user: string; name: string } | null } | { problem: string };

/** Asks the server who has an id or e-mail address, so that the name is read before anything is sent. Throws GroatError. */
export function useRecipientCheck(owner: string): (typed: string) => Promise<Found> {
  const config = useQuery(configQuery).data;
  const own = usePerson().user === owner;
  return async (typed) => {
    if (config?.people_found_by === "") return { to: null };
    try {
      const to = await groat.api.recipient(typed);
      if (to.user !== owner) return { to };
      return {
        problem: own ? t`Enter somebody else: this is you.` : t`Enter somebody else: this is the payer.`,
      };
    } catch (error) {
      if (!(error instanceof GroatError) || error.code !== "user_not_found") throw error;
      return { problem: explain(error) };
    }
  };
}
