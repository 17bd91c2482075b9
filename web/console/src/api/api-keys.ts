import { groat } from "../groat";

/** A key as it may be shown: never the key itself. Times are RFC 3339 UTC. */
export interface ApiKey {
  id: string;
  /** The service that calls with it; its name stays when keys are exchanged. */
  service: string;
  label: string;
  created_at: string;
  created_by?: string | null;
  revoked_at?: string | null;
}

/** Calls that only the console makes. */
export const apiKeys = {
  async list(): Promise<ApiKey[]> {
    const answer = await groat.api.request<{ items: ApiKey[] } | ApiKey[]>("/v1/api-keys");
    return Array.isArray(answer) ? answer : answer.items;
  },
  /** The answer holds the key itself, this once. */
  create(service: string, label: string): Promise<ApiKey & { key: string }> {
    return groat.api.request("/v1/api-keys", { method: "POST", body: { service, label } });
  },
  remove(id: string): Promise<void> {
    return groat.api.request(`/v1/api-keys/${encodeURIComponent(id)}`, { method: "DELETE" });
  },
};
