import { useGroatState as useLive } from "@groat/react";
import { useQuery } from "@tanstack/react-query";
import { configQuery } from "../api/queries";
import { kindsQuery } from "../api/requests";
import { usePerson, useRights } from "../live/hooks";
import type { Audience } from "../registry/program";

/** Returns the reader, as programs see them. */
export function useAudience(): Audience {
  const { staff, admin } = useRights();
  const { user } = usePerson();
  const kinds = useQuery(kindsQuery).data ?? [];
  const programs = useQuery(configQuery).data?.programs ?? [];
  const funded = useLive((state) =>
    Object.values(state.balances).some(({ account }) => account === `user:${user}`),
  );
  return {
    user,
    staff,
    admin,
    funded,
    kinds: new Map(kinds.map((kind) => [kind.name, kind])),
    programs: new Set(programs),
  };
}
