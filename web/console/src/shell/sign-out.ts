import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { toast } from "sonner";
import { explain } from "../api/problem";
import { groat } from "../groat";

/** Signs out in every tab of this browser; nothing of the former person stays in memory. */
export function useSignOut(): () => void {
  const queries = useQueryClient();
  const navigate = useNavigate();
  return () => {
    void groat
      .logout()
      .catch((error: unknown) => toast.error(explain(error), { id: "sign-out" }))
      .finally(() => {
        queries.clear();
        void navigate({ to: "/login" });
      });
  };
}
