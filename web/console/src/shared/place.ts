import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";

export interface Place {
  /** The parameters in the address of the page: of "/loans/$id" it is `id`. */
  params: Readonly<Record<string, string>>;
  /** The search part of the address, as the page's `search` reads it. */
  search: Readonly<Record<string, unknown>>;
}

/** Where the reader is. */
export const usePlace = (): Place => ({
  params: useParams({ strict: false }) as Record<string, string>,
  search: useSearch({ strict: false }) as Record<string, unknown>,
});

export interface GoOptions {
  search?: Record<string, unknown>;
  /** The way back leads to the page before this one. */
  replace?: boolean;
}

/** Leads to an address of the console. */
export type Go = (to: string, options?: GoOptions) => void;

export function useGo(): Go {
  const navigate = useNavigate();
  return useCallback<Go>(
    (to, { search, replace = false } = {}) => void navigate({ to, replace, ...(search && { search }) }),
    [navigate],
  );
}
