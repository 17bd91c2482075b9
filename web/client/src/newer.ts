/** Decides which of two answers about one balance counts. */

/** The order of answers about one balance: by version, then by the moment of reading where it was read. */
export interface Versioned {
  version: number;
  as_of?: string | undefined;
}

/**
 * True when `one` is newer than `other`: it has a later version, or of the same version it was read later (what expires leaves
 * `available` without a new version until it is booked). Of one that does not say when it was read, only the version counts.
 */
export function isNewer(one: Versioned, other: Versioned): boolean {
  if (one.version !== other.version) return one.version > other.version;
  return one.as_of !== undefined && other.as_of !== undefined && one.as_of > other.as_of;
}
