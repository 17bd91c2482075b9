/** Forms that a program writes itself: what is typed, what is wrong with it, and that it is looked at once more before it is sent. */
import type { GroatError } from "@groat/client";
import { type ChangeEvent, type FormEvent, useState } from "react";
import { useAttempt } from "../parts/use-attempt";
import { focusFirstProblem } from "./form";
import { useReview } from "./review";

/** The errors by field. */
export type Problems<Draft> = Partial<Record<keyof Draft, string>>;

/** The meaning of a draft, or its errors. */
export type Reading<Draft, Read> = { ok: true; read: Read } | { ok: false; problems: Problems<Draft> };

/** The fields of a draft that are texts. */
type TextIn<Draft> = { [Name in keyof Draft]: Draft[Name] extends string ? Name : never }[keyof Draft];

/** A draft: what is typed, and what `first` says where nothing is. `onSubmit` and `id` are for the form that it is typed into. */
export function useDraft<Draft extends object, Read>(
  first: Draft,
  {
    read,
    check,
    send,
    fieldOf,
  }: {
    read: (draft: Draft) => Reading<Draft, Read>;
    /** Asks the server for its part of the review. Throws GroatError. */
    check?: (read: Read, draft: Draft) => Promise<Reading<Draft, Read>>;
    /** Throws GroatError. */
    send: (read: Read) => Promise<void>;
    /** Finds the field that a refusal is about. */
    fieldOf: (error: GroatError, draft: Draft) => keyof Draft | null;
  },
) {
  const [typed, setTyped] = useState<Partial<Draft>>({});
  const [problems, setProblems] = useState<Problems<Draft>>({});
  const checking = useAttempt();
  const draft: Draft = { ...first, ...typed };
  const review = useReview(send, (error, told) => {
    const field = fieldOf(error, draft);
    if (field) setProblems({ [field]: told } as Problems<Draft>);
    return field !== null;
  });
  /** A field that is changed loses its error. */
  function set(change: Partial<Draft>) {
    setTyped((before) => ({ ...before, ...change }));
    setProblems((before) => {
      const others = Object.entries(before).filter(([field]) => !(field in change));
      return Object.fromEntries(others) as Problems<Draft>;
    });
  }
  /** Wires a control for text to a field of the draft. */
  const text = (field: TextIn<Draft>) => ({
    value: draft[field] as string,
    onChange: ({ target }: ChangeEvent<HTMLInputElement | HTMLSelectElement>) =>
      set({ [field]: target.value } as unknown as Partial<Draft>),
  });
  function onSubmit(event: FormEvent) {
    event.preventDefault();
    const reading = read(draft);
    review.setProblem(null);
    setProblems(reading.ok ? {} : reading.problems);
    if (!reading.ok) return focusFirstProblem(review.id);
    if (!check) return review.setReviewed(reading.read);
    void checking.attempt(async () => {
      const checked = await check(reading.read, draft);
      if (checked.ok) return review.setReviewed(checked.read);
      setProblems(checked.problems);
      focusFirstProblem(review.id);
    });
  }
  return { id: review.id, draft, problems, set, text, onSubmit, review, checking };
}
