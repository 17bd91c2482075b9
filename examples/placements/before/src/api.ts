/** Calls of the app's own back end. */
export interface Me {
  candidateId: string;
  name: string;
  role: "admin" | "candidate";
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
