import type { Asset } from "@groat/client";
import { useCallback, useState } from "react";
import { type Draft, draftOf, type Field, type Reading, readDraft } from "./fields";

/** The state of a form made from a schema: the typed values and their errors. */
export function useForm(fields: readonly Field[], given?: Record<string, unknown>) {
  const [draft, setDraft] = useState<Draft>(() => draftOf(fields, given));
  const [problems, setProblems] = useState<Record<string, string>>({});
  const onChange = useCallback((path: string, value: string | boolean) => {
    setDraft((before) => ({ ...before, [path]: value }));
    setProblems(({ [path]: _mended, ...others }) => others);
  }, []);
  function read(assets: readonly Asset[]): Reading {
    const reading = readDraft(fields, draft, assets);
    setProblems(reading.ok ? {} : reading.problems);
    return reading;
  }
  return { draft, problems, onChange, read, setProblems };
}

/** Finds the field that a refusal is about: the server says "... - at `$.to.iban`". */
export function placeOf(detail: string): string | null {
  return /at `\$\.([\w.]+)/.exec(detail)?.[1] ?? null;
}

const PROBLEM = "[aria-invalid=true]";
const FIELD = "input:not([type=radio]), input:checked, select, textarea, [role=checkbox]";

/** Moves the focus to the first missing field when the person presses on. */
export const focusFirstProblem = (form: string) => focusFirst(form, [PROBLEM]);

/** Moves the focus of a reopened form to the first error, else to its beginning. */
export const focusFirstField = (form: string) => focusFirst(form, [PROBLEM, FIELD]);

function focusFirst(form: string, wanted: readonly string[]): void {
  requestAnimationFrame(() => {
    const fields = wanted.map((one) => document.getElementById(form)?.querySelector<HTMLElement>(one));
    fields.find(Boolean)?.focus();
  });
}
