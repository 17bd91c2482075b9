/** Drafts of bulk runs: the questions about a file, its reading, and changes in the order in which they were made. */
import {
  type DraftChange,
  type DraftReading,
  GroatError,
  type RunDraft,
  type RunRowView,
} from "@groat/client";
import { GroatProvider } from "@groat/react";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, render, renderHook, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { groat } from "../src/groat";
import { runs } from "../src/programs/runs";
import { ByFile } from "../src/programs/runs/by-file";
import { draftQuery, rowsKey } from "../src/programs/runs/data";
import { problemOf } from "../src/programs/runs/filing";
import { askedBy, changeOf, chooseAlso, isEnough, taken } from "../src/programs/runs/reading";
import { ReadingPanel } from "../src/programs/runs/reading-panel";
import { changeOfToggles, useDraft } from "../src/programs/runs/use-draft";
import { writtenAmount, writtenPerson } from "../src/programs/runs/words";
import { windowsOf } from "../src/ui/window-table";

const COLUMNS = [
  { number: 1, name: "ID", sample: "1" },
  { number: 2, name: "Email", sample: "ursula@example.com" },
  { number: 3, name: "Amount", sample: "1.000" },
];
const reading = (more: Partial<DraftReading> = {}): DraftReading => ({
  header_line: 1,
  count: 2,
  columns: { user: "Email", amount: "Amount" },
  places: { user: 2, amount: 3 },
  encoding: "utf-8-sig",
  delimiter: ";",
  sheet: null,
  sheets: [],
  decimal: null,
  date_order: null,
  found: COLUMNS,
  warnings: [],
  ...more,
});
const draft = (more: Partial<RunDraft> = {}): RunDraft => ({
  id: "d1",
  version: 1,
  origin: { what: "file", name: "bonus.csv", digest: null, operation: "" },
  asset: "CREDIT",
  mode: "add",
  reason: "Bonus",
  source: "house:bonus",
  by: "user:admin",
  made_at: "2026-11-20T12:00:00Z",
  expires_at: "2026-11-27T12:00:00Z",
  closed: false,
  duplicates: "ask",
  short: null,
  run: null,
  undoes: null,
  amount: null,
  ready: true,
  reading: reading(),
  summary: {
    rows: 2,
    good: 2,
    bad: 0,
    selected: 2,
    unselected: 0,
    people: 2,
    duplicates: 0,
    new_people: 0,
    over_limit: 0,
    total: "1005",
    biggest: "1000",
    spent: "0",
    problems: {},
  },
  source_problem: null,
  chunks: 1,
  atomic: true,
  needs_approval: false,
  approval: "",
  repeats: [],
  ...more,
});
const row = (more: Partial<RunRowView> = {}): RunRowView => ({
  number: 1,
  line: 2,
  user: "42",
  amount: "1000",
  reason: "Bonus",
  known: true,
  matched: "email",
  email: "",
  name: "",
  balance: "5",
  after: "1005",
  raw: { user: "ursula@example.com", amount: "1.000" },
  problem: null,
  duplicate_of: null,
  selected: true,
  ...more,
});
const asked = (code: string, fields: Record<string, unknown>) =>
  new GroatError(code, `About ${code}`, 400, fields);

let queries: QueryClient;
const wrapper = ({ children }: { children: ReactNode }) => (
  <GroatProvider client={groat}>
    <QueryClientProvider client={queries}>{children}</QueryClientProvider>
  </GroatProvider>
);

beforeEach(() => {
  queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  vi.spyOn(groat, "start").mockImplementation(() => undefined);
});

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

describe("what the server asks about a file", () => {
  const TERMS = { asset: "CREDIT", mode: "add", reason: "Bonus" } as const;

  /** A server that says these things in turn; the choices that it was told are kept. */
  function server(...answers: (RunDraft | GroatError)[]): Record<string, string>[] {
    const calls: Record<string, string>[] = [];
    vi.spyOn(groat.api, "request").mockImplementation(async (_path, options) => {
      const {
        file: _f,
        asset: _a,
        mode: _m,
        reason: _r,
        name: _n,
        ...choices
      } = Object.fromEntries(options?.body as FormData) as Record<string, string>;
      calls.push(choices);
      const answer = answers.shift();
      if (!answer || answer instanceof GroatError) throw answer ?? new Error("nothing to say");
      return answer as never;
    });
    return calls;
  }
  const upload = () => userEvent.upload(screen.getByTestId("sheet-file"), new File(["x"], "bonus.csv"));

  test("several columns: one is chosen, and the file is read with it", async () => {
    const calls = server(asked("sheet_columns_unclear", { role: "user", columns: COLUMNS }), draft());
    const made = vi.fn();
    render(<ByFile terms={TERMS} onDraft={made} />, { wrapper });
    await upload();
    expect((await screen.findByRole("alert")).textContent).toContain("About sheet_columns_unclear");
    const go = screen.getByRole<HTMLButtonElement>("button", { name: "Read the file" });
    expect(go.disabled).toBe(true);
    await userEvent.selectOptions(screen.getByLabelText("Person’s id"), "Email (ursula@example.com)");
    expect(screen.queryByLabelText("Amount")).toBeNull();
    await userEvent.click(go);
    await waitFor(() => expect(made).toHaveBeenCalledOnce());
    expect(calls).toEqual([{}, { user_column: "2" }]);
  });

  test("one question after another keeps what was answered", async () => {
    const calls = server(
      asked("sheet_encoding_unclear", { encodings: [{ encoding: "cp1251", sample: "Премия" }] }),
      asked("sheet_columns_unclear", { role: "amount", columns: COLUMNS }),
      draft(),
    );
    const made = vi.fn();
    render(<ByFile terms={TERMS} onDraft={made} />, { wrapper });
    await upload();
    await userEvent.selectOptions(await screen.findByLabelText("Encoding"), "Cyrillic (Windows): Премия");
    await userEvent.click(screen.getByRole("button", { name: "Read the file" }));
    await userEvent.selectOptions(await screen.findByLabelText("Amount"), "3");
    await userEvent.click(screen.getByRole("button", { name: "Read the file" }));
    await waitFor(() => expect(made).toHaveBeenCalledOnce());
    expect(calls).toEqual([{}, { encoding: "cp1251" }, { encoding: "cp1251", amount_column: "3" }]);
  });

  test("a header of unknown words is mapped by hand", () => {
    const what = askedBy(asked("sheet_no_header", { columns: COLUMNS }));
    expect(what).toMatchObject({ asked: "user_column", columns: COLUMNS, text: true });
    const hidden = askedBy(asked("sheet_no_header", { sheets: [{ name: "Old", hidden: true }] }));
    expect(hidden?.asked).toBe("sheet");
  });

  test.each(["sheet_too_costly", "sheet_protected", "sheet_empty"])("%s asks nothing", (code) => {
    expect(askedBy(asked(code, {}))).toBeNull();
  });
});

describe("the reading of a file", () => {
  test("is shown, and each choice is told with the numbers of columns", async () => {
    const chosen = vi.fn();
    render(<ReadingPanel reading={reading()} amount={null} busy={false} onChoose={chosen} />);
    const panel = screen.getByTestId("reading");
    for (const fact of ["Email", "Amount", "Unicode (UTF-8)", "semicolon"])
      expect(panel.textContent).toContain(fact);
    await userEvent.click(screen.getByRole("button", { name: "Correct the reading" }));
    await userEvent.selectOptions(screen.getByLabelText("Numbers are written"), ",");
    await userEvent.selectOptions(screen.getByLabelText("Dates are written"), "dmy");
    await userEvent.selectOptions(screen.getByLabelText("Name"), "1");
    expect(chosen.mock.calls).toEqual([
      ["decimal", ","],
      ["date_order", "dmy"],
      ["name_column", "1"],
    ]);
    expect(changeOf("name_column", "1")).toEqual({ columns: { name: "1" } });
    expect(changeOf("email_column", "")).toEqual({ columns: { email: "" } });
    expect(changeOf("decimal", undefined)).toEqual({ decimal: null });
  });

  test("one amount for all is told when its field is left, and a column for it takes its place", async () => {
    const chosen = vi.fn();
    render(<ReadingPanel reading={reading()} amount="5" busy={false} onChoose={chosen} />);
    await userEvent.click(screen.getByRole("button", { name: "Correct the reading" }));
    const field = screen.getByLabelText<HTMLInputElement>("One amount for all");
    expect(field.value).toBe("5");
    await userEvent.clear(field);
    await userEvent.type(field, "7.50");
    expect(chosen).not.toHaveBeenCalled();
    await userEvent.tab();
    expect(chosen.mock.calls).toEqual([["amount", "7.50"]]);
    expect(changeOf("amount", "7.50")).toEqual({ amount: "7.50" });
    expect(changeOf("amount", undefined)).toEqual({ amount: null });
    expect(changeOf("amount_column", "3")).toEqual({ columns: { amount: "3" }, amount: null });
  });

  test("shows warnings, the first few at once", async () => {
    const warnings = Array.from({ length: 6 }, (_, line) => ({
      code: "total_row",
      detail: `Line ${line}`,
      line,
    }));
    render(<ReadingPanel reading={reading({ warnings })} amount={null} busy={false} onChoose={vi.fn()} />);
    expect(screen.queryByText("Line 5")).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "2 more" }));
    expect(screen.getByText("Line 5")).toBeTruthy();
  });

  test("another sheet has columns of its own, another encoding has the same", () => {
    const before = { sheet: "Jan", user_column: "2", decimal: ",", encoding: "cp1251" };
    expect(chooseAlso(before, "sheet", "Feb")).toEqual({ sheet: "Feb", encoding: "cp1251" });
    expect(chooseAlso(before, "encoding", "koi8-r")).toEqual({ ...before, encoding: "koi8-r" });
    const { decimal: _, ...without } = before;
    expect(chooseAlso(before, "decimal", undefined)).toEqual(without);
  });

  test("goes by the numbers of columns, and without marks in the encoding", () => {
    expect(taken(reading())).toEqual({
      user_column: "2",
      email_column: "",
      name_column: "",
      amount_column: "3",
      reason_column: "",
      decimal: "",
      date_order: "",
      amount: "",
      encoding: "utf-8",
      delimiter: ";",
    });
  });

  test("somebody is named in one of three ways", () => {
    expect(isEnough({ name_column: "1", amount_column: "2" })).toBe(true);
    expect(isEnough({ name_column: "1", amount: "5" })).toBe(true);
    expect(isEnough({ amount_column: "2" })).toBe(false);
    expect(isEnough({ user_column: "1" })).toBe(false);
  });
});

describe("changes of a draft", () => {
  /** A server that answers when it is told to; the changes that it got are kept. */
  function slowServer() {
    const changes: DraftChange[] = [];
    const answers: ((change: RunDraft | GroatError) => void)[] = [];
    vi.spyOn(groat.api, "request").mockImplementation((_path, options) => {
      if (options?.method !== "PATCH") return Promise.resolve(draft() as never);
      changes.push(options.body as DraftChange);
      return new Promise((resolve, reject) => {
        answers.push((answer) => (answer instanceof GroatError ? reject(answer) : resolve(answer as never)));
      });
    });
    return { changes, answer: (value: RunDraft | GroatError) => act(async () => answers.shift()?.(value)) };
  }

  test("go out one after the other, and choices of rows together", async () => {
    const { changes, answer } = slowServer();
    queries.setQueryData(draftQuery("d1").queryKey, draft());
    const rows = [...rowsKey("draft", "d1", "all"), 0];
    queries.setQueryData(rows, { items: [row(), row({ number: 2 })], total: 2 });
    const { result } = renderHook(() => useDraft("d1"), { wrapper });
    await act(async () => {
      void result.current.change({ decimal: "," });
      result.current.toggle(1, false);
      result.current.toggle(2, false);
      result.current.toggle(2, true);
    });
    expect(changes).toEqual([{ decimal: "," }]);
    expect(result.current.busy).toBe(true);
    // The row shows at once what was chosen.
    expect(
      queries.getQueryData<{ items: RunRowView[] }>(rows)?.items.map(({ selected }) => selected),
    ).toEqual([false, true]);
    await answer(draft({ version: 2 }));
    expect(changes[1]).toEqual({ select: { numbers: [2] }, unselect: { numbers: [1] } });
    await answer(draft({ version: 3 }));
    expect(result.current.draft?.version).toBe(3);
    expect(result.current.busy).toBe(false);
  });

  test("one that is refused is told, and the next one goes out all the same", async () => {
    const { changes, answer } = slowServer();
    queries.setQueryData(draftQuery("d1").queryKey, draft());
    const { result } = renderHook(() => useDraft("d1"), { wrapper });
    await act(async () => {
      void result.current.change({ sheet: "Gone" });
      void result.current.change({ mode: "set" });
    });
    await answer(asked("sheet_not_found", {}));
    expect(result.current.problem).toBe("About sheet_not_found");
    expect(changes).toHaveLength(2);
    await answer(draft({ mode: "set" }));
    expect(result.current.problem).toBeNull();
  });

  test("choices as a change", () => {
    expect(changeOfToggles(new Map([[7, true]]))).toEqual({ select: { numbers: [7] } });
    expect(changeOfToggles(new Map())).toEqual({});
  });
});

describe("what is missing before a draft is filed", () => {
  const SHORT = { code: "insufficient_funds", detail: "There is too little." };
  const rows = (selected: number) => draft({ summary: { ...draft().summary, selected } });
  test.each<[string, RunDraft, string, string | null, string | null]>([
    ["nothing", draft(), "Bonus", "house:bonus", null],
    ["rows", rows(0), "Bonus", "house:bonus", "Choose at least one row."],
    ["a reason", draft(), " ", "house:bonus", "Enter a reason."],
    ["an account", draft(), "Bonus", "bonus money", "Enter the account that pays, such as house:bonus."],
    ["no account for what is set", draft(), "Bonus", null, null],
    ["money", draft({ source_problem: SHORT }), "Bonus", "house:bonus", "There is too little."],
  ])("%s", (_what, one, reason, source, wanted) => {
    expect(problemOf(one, reason, source)).toBe(wanted);
  });
});

test("the file's own text stands beside what was read otherwise", () => {
  expect(writtenAmount(row())).toBe("1.000");
  expect(writtenAmount(row({ raw: { amount: "1000" } }))).toBeNull();
  expect(writtenPerson(row())).toBe("ursula@example.com");
  expect(writtenPerson(row({ raw: { user: "42" } }))).toBeNull();
  expect(writtenPerson(row({ raw: {} }))).toBeNull();
});

test.each([
  [0, 0, [0]],
  [0, 99, [0]],
  [95, 120, [0, 1]],
  [99_950, 99_999, [999]],
])("places %d to %d are in the windows %j", (first, last, wanted) => {
  expect(windowsOf(first, last)).toEqual(wanted);
});

describe("the way back from a draft or a run", () => {
  const pages = (runs.pages ?? []).filter(({ path }) => /\$(draft|run)$/.test(path));

  test.each(["/admin/placement-details/spring", "/admin/placement-details/spring-2026.b@1|x"])(
    "to %s",
    (back) => {
      expect(pages).toHaveLength(2);
      for (const { search } of pages) expect(search?.({ back })).toEqual({ back });
    },
  );

  test.each([
    "https://example.org",
    "//example.org",
    "/\\example.org",
    "/admin//example.org",
    "/../x",
    "/admin/..",
    "javascript:alert(1)",
    "/",
    "",
    7,
  ])("not to %s", (back) => {
    for (const { search } of pages) expect(search?.({ back })).toEqual({});
  });
});
