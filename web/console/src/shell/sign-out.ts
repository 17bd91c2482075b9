import { GroatError } from "@groat/client";
import { t } from "@lingui/core/macro";
import { useNavigate } from "@tanstack/react-router";
import { toast } from "sonner";
import { explain } from "../api/problem";
import { groat } from "../groat";

const UNHEARD = t`You are signed out on this device. The server is told as soon as it can be reached.`;

/** Signs out in every tab of this browser. */
export function useSignOut(): () => void {
  const navigate = useNavigate();
  return () => {
    const out = groat.logout();
    const { session } = groat.getState();
    void out
      .catch((error: unknown) => {
        const unheard = error instanceof GroatError && error.retryable;
        toast.error(unheard ? UNHEARD : explain(error), { id: "sign-out" });
      })
      .finally(() => {
        // Somebody may be signed in again before the server has answered.
        if (groat.getState().session === session) void navigate({ to: "/login" });
      });
  };
}
