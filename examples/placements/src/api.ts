/** Calls of the app's own back end. */
export interface Me {
  candidateId: string;
  name: string;
  role: "admin" | "candidate";
  /** The address of groat. */
  live: string;
}

export interface Candidate {
  id: string;
  name: string;
}

export async function get<T>(path: string): Promise<T> {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

export function post(path: string, body: unknown): Promise<Response> {
  const headers = { "Content-Type": "application/json" };
  return fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
}

/** Goes on asking while the back end is away: a connect without a token is refused for good. */
export async function freshToken(): Promise<string> {
  for (;;) {
    try {
      const answer = await fetch("/groat-token");
      if (answer.ok) return await answer.text();
    } catch {}
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}
