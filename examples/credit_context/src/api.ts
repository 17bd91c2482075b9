import { createGroat } from "@groat/client";

declare global {
  interface ImportMetaEnv {
    /** The address of groat; the page's own origin without it. */
    readonly VITE_GROAT_URL?: string;
  }
  interface ImportMeta {
    readonly env: ImportMetaEnv;
  }
}

/** Your back end knows from its own session who asks, and signs a token for groat; nobody is signed in where it does not. */
async function token(): Promise<string | null> {
  const answer = await fetch("token");
  return answer.ok ? answer.text() : null;
}

export const groat = createGroat({ url: import.meta.env.VITE_GROAT_URL ?? "", token });

export const { api } = groat;

/** Signs in at your back end. Whoever was here before is gone from all tabs at once. */
export async function signIn(user: string): Promise<void> {
  await fetch("login", { method: "POST", body: user });
  groat.switchUser();
}
