import { createRoot } from "react-dom/client";
import { Dashboard } from "./Dashboard";
import { WebSocketProvider } from "./WebSocketContext";

declare global {
  interface ImportMetaEnv {
    /** Where groat is. */
    readonly VITE_GROAT_URL?: string;
  }
  interface ImportMeta {
    readonly env: ImportMetaEnv;
  }
}

/** Your back end knows from its own session who asks, and signs a token for groat. */
async function getToken(): Promise<string> {
  const answer = await fetch("token");
  if (!answer.ok) throw new Error(`no token: ${answer.status}`);
  return answer.text();
}

const root = document.getElementById("root");
if (root !== null) {
  createRoot(root).render(
    <WebSocketProvider url={import.meta.env.VITE_GROAT_URL} getToken={getToken}>
      <Dashboard />
    </WebSocketProvider>,
  );
}
