import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const web = join(import.meta.dirname, "../..");

/** Every example of a page, as the files a reader would make of them. */
function examplesOf(page: string): { name: string; text: string }[] {
  const markdown = readFileSync(join(web, "../docs", page), "utf8");
  return [...markdown.matchAll(/^```(tsx?)\n([\s\S]*?)^```$/gm)].map(([, ext, text = ""], index) => ({
    name: `${page.replace(".md", "")}-${index + 1}.${ext}`,
    text: `${text}\nexport {};\n`,
  }));
}

test("the examples of docs/client.md and docs/react.md compile as they stand", { timeout: 60_000 }, () => {
  const folder = join(import.meta.dirname, "../.examples");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const examples = ["client.md", "react.md"].flatMap(examplesOf);
  expect(examples.length).toBeGreaterThanOrEqual(8);
  for (const { name, text } of examples) writeFileSync(join(folder, name), text);
  const compilerOptions = { noEmit: true, types: ["vite/client"] };
  const project = { extends: "../../tsconfig.base.json", compilerOptions, include: ["*"] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(project));
  let output = "";
  try {
    execFileSync(process.execPath, [join(web, "node_modules/typescript/bin/tsc"), "-p", folder], {
      encoding: "utf8",
    });
  } catch (error) {
    output = String((error as { stdout?: string }).stdout ?? error);
  }
  expect(output).toBe("");
  rmSync(folder, { recursive: true });
});
