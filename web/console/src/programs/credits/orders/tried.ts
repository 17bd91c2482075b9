import type { RequestView } from "@groat/client";
import { useQuery } from "@tanstack/react-query";
import { tryOut } from "./data";

/** What a transition of an order would do, tried out on the server, or why it would be refused. */
export function useTried(request: RequestView, transition: string, input: Record<string, unknown>) {
  return useQuery({
    queryKey: ["tried", request.id, request.version, transition, input],
    queryFn: () => tryOut(request, transition, input),
    retry: false,
  });
}
