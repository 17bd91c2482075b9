/** Keeps the faults of a module inside it: whatever it throws, the page around it goes on. */
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Puzzle, RotateCw } from "lucide-react";
import { type ComponentType, useState } from "react";
import type { ActModule, ConsoleProgram, Icon, KindModule, Piece } from "../registry/program";
import { Boundary } from "../ui/boundary";
import { Button } from "../ui/button";
import { EmptyState, Notice } from "../ui/states";
import { Card } from "../ui/surface";

interface FailedProps {
  program: string;
  retry: () => void;
}

function FailedPage({ program, retry }: FailedProps) {
  return (
    <Card role="alert" data-testid="broken-page">
      <EmptyState
        page
        icon={<Puzzle aria-hidden />}
        title={t`This page has failed`}
        action={<Retry retry={retry} />}
      >
        <Trans>It belongs to the program {program}. The rest of the console works.</Trans>
      </EmptyState>
    </Card>
  );
}

function FailedPiece({ program, retry }: FailedProps) {
  return (
    <Notice tone="warn" role="alert" title={t`This part of the program ${program} has failed`}>
      <div className="mt-2">
        <Retry retry={retry} />
      </div>
    </Notice>
  );
}

function Retry({ retry }: { retry: () => void }) {
  return (
    <Button size="sm" onClick={retry}>
      <RotateCw aria-hidden /> <Trans>Try again</Trans>
    </Button>
  );
}

/** The program with each of its components and functions guarded. */
export function guarded(program: ConsoleProgram): ConsoleProgram {
  const {
    name,
    pages = [],
    nav = [],
    palette = [],
    kinds = {},
    slots = {},
    categories = {},
    subjects = {},
    texts = {},
  } = program;

  function piece<Props extends object>(Part: Piece<Props>, Failed: ComponentType<FailedProps>): Piece<Props> {
    function Guarded(props: Props) {
      const [attempt, setAttempt] = useState(0);
      const retry = () => setAttempt((count) => count + 1);
      return (
        <Boundary key={attempt} fallback={<Failed program={name} retry={retry} />}>
          <Part {...props} />
        </Boundary>
      );
    }
    return Part.preload ? Object.assign(Guarded, { preload: Part.preload }) : Guarded;
  }

  function icon(Part: Icon): Icon {
    return function GuardedIcon(props) {
      return (
        <Boundary fallback={<Puzzle {...props} />}>
          <Part {...props} />
        </Boundary>
      );
    };
  }

  /** Calls a function of the module; what it throws counts as `otherwise`. */
  function called<Given, Answer>(does: (given: Given) => Answer, otherwise: Answer) {
    return (given: Given): Answer => {
      try {
        return does(given);
      } catch (error) {
        console.error(`the module of ${name} has failed`, error);
        return otherwise;
      }
    };
  }

  function entry<Entry extends { icon: Icon; when?: NavEntryWhen }>(one: Entry): Entry {
    return { ...one, icon: icon(one.icon), ...(one.when && { when: called(one.when, false) }) };
  }

  function act({ Form, Preview, ...rest }: ActModule): ActModule {
    return {
      ...rest,
      ...(Form && { Form: piece(Form, FailedPiece) }),
      ...(Preview && { Preview: piece(Preview, FailedPiece) }),
    };
  }

  function kind({ mark, acts, ...rest }: KindModule): KindModule {
    // A line, a face and a form stand in for what is made from the declaration: where they fail, that is shown again.
    return {
      ...rest,
      ...(mark && { mark: called(mark, "") }),
      ...(acts && { acts: mapped(acts, act) }),
    };
  }

  return {
    name,
    slots,
    pages: pages.map(({ search, component, ...rest }) => ({
      ...rest,
      component: piece(component, FailedPage),
      ...(search && { search: called(search, {}) }),
    })),
    nav: nav.map(entry),
    palette: palette.map(entry),
    kinds: mapped(kinds, kind),
    categories: mapped(categories, icon),
    subjects,
    texts,
  };
}

type NavEntryWhen = NonNullable<NonNullable<ConsoleProgram["nav"]>[number]["when"]>;

const mapped = <Value, Other>(values: Readonly<Record<string, Value>>, change: (value: Value) => Other) =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]));
