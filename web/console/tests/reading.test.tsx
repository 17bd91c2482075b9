import { GroatError, type SheetChoices, type SheetPreview } from "@groat/client";
import { GroatProvider } from "@groat/react";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Preview } from "../src/bulk/preview";
import { askedBy, chooseAlso, taken } from "../src/bulk/reading";
import { type Loaded, Upload } from "../src/bulk/upload";
import { groat } from "../src/groat";

const COLUMNS = [
  { number: 1, name: "ID", sample: "1" },
  { number: 2, name: "Email", sample: "ursula@example.com" },
  { number: 3, name: "Amount", sample: "1.000" },
];
const preview = (more: Partial<SheetPreview> = {}): SheetPreview => ({
  columns: { user: "Email", amount: "Amount" },
  places: { user: 2, amount: 3 },
  encoding: "utf-8-sig",
  delimiter: ";",
  sheet: null,
  decimal: null,
  header_line: 1,
  found: COLUMNS,
  sheets: [],
  warnings: [],
  rows: [
    { line: 2, user: "42", amount: "1000", written: "1.000", reason: "", known: true },
    { line: 3, user: "new", amount: "5", reason: "", known: false },
  ],
  summary: { rows: 2, good: 2, bad: 0, duplicates: 0, total: "1005" },
  ...more,
});
const FILE = new File(["x"], "bonus.csv");
const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
const asked = (code: string, fields: Record<string, unknown>) =>
  new GroatError(code, `About ${code}`, 400, fields);

beforeEach(() => {
  vi.spyOn(groat, "start").mockImplementation(() => undefined);
  vi.spyOn(groat.api, "assets").mockResolvedValue({ items: [{ code: "CREDIT", scale: 0 }] });
});

afterEach(() => {
  cleanup();
  queries.clear();
  vi.restoreAllMocks();
});

function show(page: React.ReactNode) {
  render(
    <GroatProvider client={groat}>
      <QueryClientProvider client={queries}>{page}</QueryClientProvider>
    </GroatProvider>,
  );
}

/** A server that says these things in turn; what it was asked with is kept. */
function server(...answers: (SheetPreview | GroatError)[]): SheetChoices[] {
  const calls: SheetChoices[] = [];
  vi.spyOn(groat.api, "previewSheet").mockImplementation(async (_, fields = {}) => {
    const { asset: _a, default_reason: _r, ...choices } = fields;
    calls.push(choices);
    const answer = answers.shift();
    if (!answer || answer instanceof GroatError) throw answer ?? new Error("nothing to say");
    return answer;
  });
  return calls;
}

async function choose(file: File) {
  await userEvent.upload(screen.getByTestId("sheet-file"), file);
}

describe("what the server asks", () => {
  test("several columns: one is chosen, and the file is read with it", async () => {
    const calls = server(
      asked("sheet_columns_unclear", { role: "user", columns: COLUMNS, candidates: COLUMNS.slice(0, 2) }),
      preview(),
    );
    const loaded = vi.fn();
    show(<Upload onLoaded={loaded} />);
    await choose(FILE);
    expect((await screen.findByRole("alert")).textContent).toContain("About sheet_columns_unclear");
    const go = screen.getByRole<HTMLButtonElement>("button", { name: "Read the file" });
    expect(go.disabled).toBe(true);
    await userEvent.selectOptions(screen.getByLabelText("User"), "Email (ursula@example.com)");
    expect(screen.queryByLabelText("Amount")).toBeNull();
    await userEvent.click(go);
    await waitFor(() => expect(loaded).toHaveBeenCalledOnce());
    expect(calls).toEqual([{}, { user_column: "2" }]);
  });

  test("one question after another keeps what was answered", async () => {
    const calls = server(
      asked("sheet_encoding_unclear", { encodings: [{ encoding: "cp1251", sample: "Премия" }] }),
      asked("sheet_columns_unclear", { role: "amount", columns: COLUMNS }),
      preview(),
    );
    const loaded = vi.fn();
    show(<Upload onLoaded={loaded} />);
    await choose(FILE);
    await userEvent.selectOptions(await screen.findByLabelText("Encoding"), "Cyrillic (Windows): Премия");
    await userEvent.click(screen.getByRole("button", { name: "Read the file" }));
    await userEvent.selectOptions(await screen.findByLabelText("Amount"), "3");
    await userEvent.click(screen.getByRole("button", { name: "Read the file" }));
    await waitFor(() => expect(loaded).toHaveBeenCalledOnce());
    expect(calls).toEqual([{}, { encoding: "cp1251" }, { encoding: "cp1251", amount_column: "3" }]);
    expect(loaded.mock.calls[0]?.[0]).toMatchObject({ choices: calls[2] });
  });

  test("a header of unknown words is mapped by hand", () => {
    const what = askedBy(asked("sheet_no_header", { columns: COLUMNS }));
    expect(what).toMatchObject({ asked: "user_column", columns: COLUMNS, text: true });
    expect(askedBy(asked("sheet_no_header", { sheets: [{ name: "Old", hidden: true }] }))?.asked).toBe(
      "sheet",
    );
  });

  test.each(["sheet_too_costly", "sheet_protected", "sheet_empty"])("%s asks nothing", (code) => {
    expect(askedBy(asked(code, {}))).toBeNull();
  });
});

describe("the panel", () => {
  const loaded = (more: Partial<SheetPreview> = {}): Loaded => ({
    file: "bonus.csv",
    source: FILE,
    choices: {},
    asset: "CREDIT",
    reason: "Bonus",
    preview: preview(more),
  });

  test("shows what was taken, and reads the file again with what is chosen instead", async () => {
    const calls = server(preview({ decimal: ",", summary: { ...preview().summary, total: "7" } }));
    show(<Preview loaded={loaded()} onLeave={vi.fn()} />);
    const panel = screen.getByTestId("reading");
    for (const fact of ["Email", "Amount", "Unicode (UTF-8)", "semicolon"])
      expect(panel.textContent).toContain(fact);
    await userEvent.click(screen.getByRole("button", { name: "Read it otherwise" }));
    await userEvent.selectOptions(screen.getByLabelText("Sign before the fraction"), ",");
    await waitFor(() => expect(panel.querySelector("dl")?.textContent).toContain("1.234,50"));
    expect(document.activeElement).toBe(screen.getByLabelText("Sign before the fraction"));
    expect(calls).toEqual([{ decimal: "," }]);
  });

  test("a choice that cannot be read leaves what was read", async () => {
    server(asked("sheet_column_not_found", { role: "user" }));
    show(<Preview loaded={loaded()} onLeave={vi.fn()} />);
    await userEvent.click(screen.getByRole("button", { name: "Read it otherwise" }));
    await userEvent.selectOptions(screen.getByLabelText("User"), "1");
    expect((await screen.findByRole("alert")).textContent).toContain("About sheet_column_not_found");
    expect(screen.getByTestId("bulk-total").textContent).toBe("1,000");
  });

  test("shows warnings, the first few at once", async () => {
    const warnings = Array.from({ length: 6 }, (_, line) => ({
      code: "total_row",
      detail: `Line ${line}`,
      line,
    }));
    show(<Preview loaded={loaded({ warnings })} onLeave={vi.fn()} />);
    expect(screen.queryByText("Line 5")).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "2 more" }));
    expect(screen.getByText("Line 5")).toBeTruthy();
  });

  test("somebody unknown is left out until chosen", async () => {
    show(<Preview loaded={loaded()} onLeave={vi.fn()} />);
    expect(screen.getByTestId("bulk-total").textContent).toBe("1,000");
    await userEvent.click(screen.getByRole("radio", { name: "New 1" }));
    await userEvent.click(screen.getByRole("checkbox", { name: "Choose all rows shown" }));
    expect(screen.getByTestId("bulk-total").textContent).toBe("1,005");
  });
});

test("choices: another sheet has columns of its own, another encoding has the same", () => {
  const before = { sheet: "Jan", user_column: "2", decimal: ",", encoding: "cp1251" };
  expect(chooseAlso(before, "sheet", "Feb")).toEqual({ sheet: "Feb", encoding: "cp1251" });
  expect(chooseAlso(before, "encoding", "koi8-r")).toEqual({ ...before, encoding: "koi8-r" });
  expect(chooseAlso(before, "decimal", undefined)).toEqual({
    sheet: "Jan",
    user_column: "2",
    encoding: "cp1251",
  });
});

test("what was taken goes by the numbers of columns, and without marks in the encoding", () => {
  expect(taken(preview())).toEqual({
    user_column: "2",
    amount_column: "3",
    reason_column: "",
    decimal: "",
    encoding: "utf-8",
    delimiter: ";",
  });
});
