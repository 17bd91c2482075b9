/** One fact that an act changed; null: it was not there. */
export interface FactChange {
  name: string;
  before: string | null;
  after: string | null;
}

/** The facts that differ between two records of any shape, by dotted path, in the order of `after`. */
export function changesOf(before: unknown, after: unknown): FactChange[] {
  const left = flatten(before);
  const right = flatten(after);
  const names = [...new Set([...right.keys(), ...left.keys()])];
  return names
    .map((name) => ({ name, before: left.get(name) ?? null, after: right.get(name) ?? null }))
    .filter((change) => change.before !== change.after);
}

function flatten(value: unknown, path = "", into = new Map<string, string>()): Map<string, string> {
  if (value === null || value === undefined) return into;
  if (typeof value === "object") {
    for (const [key, item] of Object.entries(value)) flatten(item, path ? `${path}.${key}` : key, into);
  } else {
    into.set(path || "value", String(value));
  }
  return into;
}
