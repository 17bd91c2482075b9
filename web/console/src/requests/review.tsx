import { GroatError } from "@groat/client";
import { Trans } from "@lingui/react/macro";
import { ArrowRight } from "lucide-react";
import { type FormEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { explain } from "../api/problem";
import { useAttempt } from "../parts/use-attempt";
import { Button } from "../ui/button";
import { Notice } from "../ui/states";
import { focusFirstField } from "./form";

/**
 * What is filled in, then all of it once more, then sent: `reviewed` is what is looked at again, null while it is filled in. What
 * the server says no to goes to the field it is about (`placed` says whether there is one), else above the buttons. It is busy
 * until all of `send` is done: a second Enter on the way to the next page sends nothing. `id` is for the form that is filled in:
 * it has the focus again when one comes back to it.
 */
export function useReview<Read>(
  send: (read: Read) => Promise<void>,
  placed: (error: GroatError, told: string) => boolean,
) {
  const [reviewed, setReviewed] = useState<Read | null>(null);
  const id = useId();
  const left = useRef(false);
  useEffect(() => {
    if (left.current && reviewed === null) focusFirstField(id);
    left.current = reviewed !== null;
  }, [reviewed, id]);
  const { busy, problem, setProblem, attempt } = useAttempt();
  const submit = () =>
    attempt(async () => {
      if (reviewed === null) return;
      try {
        await send(reviewed);
      } catch (error) {
        if (!(error instanceof GroatError && placed(error, explain(error)))) throw error;
        setReviewed(null);
      }
    });
  return { id, reviewed, setReviewed, busy, problem, setProblem, submit };
}

/** All of it once more. */
export function Review<Read>({
  review: { busy, problem, setReviewed, submit },
  act,
  children,
}: {
  review: ReturnType<typeof useReview<Read>>;
  /** The button's text. */
  act: string;
  children: ReactNode;
}) {
  function send(event: FormEvent) {
    event.preventDefault();
    void submit();
  }
  return (
    <form onSubmit={send} className="flex flex-col gap-5" data-testid="review">
      {children}
      {problem && (
        <Notice tone="warn" role="alert">
          {problem}
        </Notice>
      )}
      <div className="flex justify-end gap-2">
        <Button disabled={busy} onClick={() => setReviewed(null)}>
          <Trans>Change</Trans>
        </Button>
        <Button type="submit" look="primary" busy={busy} autoFocus>
          {act}
        </Button>
      </div>
    </form>
  );
}

/** The end of a form that is reviewed before it is sent. */
export function ReviewButton({ busy = false }: { busy?: boolean }) {
  return (
    <div className="flex justify-end">
      <Button type="submit" look="primary" guard={false} busy={busy}>
        <Trans>Review</Trans> <ArrowRight aria-hidden />
      </Button>
    </div>
  );
}
