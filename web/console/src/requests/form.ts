import type { Asset } from "@groat/client";
import { useCallback, useState } from "react";
import { type Draft, draftOf, type Field, type Reading, readDraft } from "./fields";

/** What is typed into a form made from a schema, and what is wrong with it. */
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

/** Which field a refusal is about: the server says "... - at `$.to.iban`". */
export function placeOf(detail: string): string | null {
  return /at `\$\.([\w.]+)/.exec(detail)?.[1] ?? null;
}

const PROBLEM = "[aria-invalid=true]";
const FIELD = "input:not([type=radio]), input:checked, select, textarea, [role=checkbox]";

/** Whoever presses on sees at once what is missing. */
export const focusFirstProblem = (form: string) => focusFirst(form, [PROBLEM]);

/** Whoever comes back to a form goes on where something is wrong, else where it begins. */
export const focusFirstField = (form: string) => focusFirst(form, [PROBLEM, FIELD]);

function focusFirst(form: string, wanted: readonly string[]): void {
  requestAnimationFrame(() => {
    const fields = wanted.map((one) => document.getElementById(form)?.querySelector<HTMLElement>(one));
    fields.find(Boolean)?.focus();
  });
}
