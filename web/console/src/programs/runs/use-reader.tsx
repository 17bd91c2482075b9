/** Sends a file to be read. What it leaves open is asked, and then it is read with the answer. */
import { GroatError, type RunDraft } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { type ReactNode, useState } from "react";
import { explain } from "../../api/problem";
import { Button } from "../../ui/button";
import { Notice } from "../../ui/states";
import { type DraftTerms, draftOfFile } from "./data";
import { askedBy, type Choices, chooseAlso, isEnough, type Readable } from "./reading";
import { ReadingForm } from "./reading-form";

interface Question {
  file: File;
  choices: Choices;
  readable: Readable;
  text: string;
}

/** `read` reads a file; `said` is the server's question or its refusal, to be shown below what was sent. */
export function useReader(
  terms: DraftTerms,
  onDraft: (draft: RunDraft) => void,
): { read: (file: File) => void; busy: boolean; said: ReactNode } {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [question, setQuestion] = useState<Question | null>(null);

  async function take(file: File, choices: Choices = {}) {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    try {
      onDraft(await draftOfFile(file, terms, choices));
    } catch (error) {
      if (!(error instanceof GroatError)) throw error;
      const readable = askedBy(error);
      setQuestion(readable && { file, choices, readable, text: explain(error) });
      if (!readable) setProblem(explain(error));
    } finally {
      setBusy(false);
    }
  }

  const said = (
    <>
      {question && (
        <Asked
          key={question.text}
          question={question}
          busy={busy}
          onAnswer={(choices) => void take(question.file, choices)}
        />
      )}
      {problem && (
        <Notice tone="bad" role="alert" title={t`This cannot be used`}>
          {problem}
        </Notice>
      )}
    </>
  );
  return { read: (file) => void take(file), busy, said };
}

function Asked({
  question,
  busy,
  onAnswer,
}: {
  question: Question;
  busy: boolean;
  onAnswer: (choices: Choices) => void;
}) {
  const { file, readable, text } = question;
  const [choices, setChoices] = useState(question.choices);
  const { asked, shown } = readable;
  const missing = shown.length > 1 ? !isEnough(choices) : asked !== null && !choices[asked];
  return (
    <form
      className="flex flex-col gap-4 rounded-lg border border-line p-4"
      data-testid="sheet-question"
      onSubmit={(event) => {
        event.preventDefault();
        onAnswer(choices);
      }}
    >
      <Notice tone="warn" role="alert" title={t`A question about ${file.name}`}>
        {text}
      </Notice>
      <ReadingForm
        readable={readable}
        chosen={choices}
        busy={busy}
        onChoose={(name, value) => setChoices(chooseAlso(choices, name, value))}
      />
      <Button type="submit" look="primary" guard={false} className="self-end" busy={busy} disabled={missing}>
        <Trans>Read the file</Trans>
      </Button>
    </form>
  );
}
