import type { RequestView } from "@groat/client";
import { useQuery } from "@tanstack/react-query";
import { tryOut } from "./data";

/** Tries a transition of an order out on the server: gives its effect, or the reason of its refusal. */
export function useTried(request: RequestView, transition: string, input: Record<string, unknown>) {
  return useQuery({
    queryKey: ["tried", request.id, request.version, transition, input],
    queryFn: () => tryOut(request, transition, input),
    retry: false,
  });
}
