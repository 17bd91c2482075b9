/** Print src/codes.ts: the stable codes of operations.json that a problem may have. */
import { readFileSync } from "node:fs";
import { comment } from "./generate/shapes.mjs";

const { problems } = JSON.parse(readFileSync(new URL("operations.json", import.meta.url), "utf8"));
const lines = [
  ...comment(
    "The HTTP status of each stable code that a problem of the server may have, made by `make types`: do not edit.",
  ),
  "export interface ProblemStatus {",
  ...Object.entries(problems).map(([code, status]) => `  ${code}: ${status};`),
  "}",
];
process.stdout.write(`${lines.join("\n")}\n`);
