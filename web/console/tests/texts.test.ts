/** Every text for people is in the catalogue of its room. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { type NodePath, parseSync, traverse, type types } from "@babel/core";
import { getCatalogs } from "@lingui/cli/api";
import { getConfig } from "@lingui/conf";
import { compileMessage } from "@lingui/message-utils/compileMessage";
import { expect, test } from "vitest";

const FOLDER = join(import.meta.dirname, "..");
const SOURCE = join(FOLDER, "src");
const FILES = readdirSync(SOURCE, { recursive: true, encoding: "utf8" }).filter((name) =>
  /\.tsx?$/.test(name),
);

/** Elements whose content is code, or a key of the keyboard. */
const VERBATIM = new Set(["code", "Kbd"]);
/** Attributes that people read or hear. */
const SHOWN = new Set([
  "actLabel",
  "alt",
  "aria-label",
  "caption",
  "header",
  "hint",
  "label",
  "placeholder",
  "title",
]);
const WORD = /\p{L}{2,}/u;

const nameOf = ({ openingElement: { name } }: types.JSXElement) =>
  name.type === "JSXIdentifier" ? name.name : "";

const isIn = (path: NodePath, names: ReadonlySet<string>) =>
  path.findParent((parent) => parent.isJSXElement() && names.has(nameOf(parent.node))) !== null;

/** The words that an expression may come to, of those that stand in it as they are. */
function bare(node: types.Node): string[] {
  switch (node.type) {
    case "StringLiteral":
      return [node.value];
    case "TemplateLiteral":
      return [node.quasis.map(({ value }) => value.cooked).join(" ")];
    case "ConditionalExpression":
      return [...bare(node.consequent), ...bare(node.alternate)];
    case "LogicalExpression":
      return [...bare(node.left), ...bare(node.right)];
    default:
      return [];
  }
}

/** The texts in a file that no macro says. */
function untold(code: string): string[] {
  const tree = parseSync(code, {
    babelrc: false,
    configFile: false,
    parserOpts: { plugins: ["typescript", "jsx"] },
  });
  if (!tree) throw new Error("no code");
  const found: string[] = [];
  const note = (texts: string[]) => found.push(...texts.filter((text) => WORD.test(text)));
  traverse(tree, {
    JSXText(path) {
      if (!isIn(path, VERBATIM) && !isIn(path, new Set(["Trans"]))) note([path.node.value.trim()]);
    },
    JSXExpressionContainer(path) {
      const { parent, node } = path;
      const shown = parent.type === "JSXAttribute" ? SHOWN.has(String(parent.name.name)) : true;
      if (shown && !isIn(path, VERBATIM) && !isIn(path, new Set(["Trans"]))) note(bare(node.expression));
    },
    JSXAttribute({ node }) {
      if (SHOWN.has(String(node.name.name)) && node.value?.type === "StringLiteral") note([node.value.value]);
    },
    CallExpression({ node }) {
      const { callee, arguments: given } = node;
      const toast =
        callee.type === "MemberExpression" &&
        callee.object.type === "Identifier" &&
        callee.object.name === "toast";
      if (toast && given[0]) note(bare(given[0]));
    },
  });
  return found;
}

test.each([
  ["<p>Hello</p>", ["Hello"]],
  ['<Field label="Amount" />', ["Amount"]],
  ['<Field label={short ? "Amount" : t`The amount`} />', ["Amount"]],
  ['<p>{done && "Done"}</p>', ["Done"]],
  ['toast.success("Done")', ["Done"]],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code
  ["toast.success(`Done: ${count}`)", ["Done:  "]],
  ["<p><Trans>Hello <b>you</b></Trans></p>", []],
  ['<p className="text-sm">{amount} · <code>user:42</code></p>', []],
  ["toast.success(t`Done`)", []],
])("%s", (code, texts) => {
  expect(untold(code)).toEqual(texts);
});

test.each(FILES)("%s says no text that is not in the catalogue", (name) => {
  expect(untold(readFileSync(join(SOURCE, name), "utf8"))).toEqual([]);
});

test("the catalogues are those of the code: npm run texts -w console", { timeout: 120_000 }, async () => {
  const config = getConfig({ configPath: join(FOLDER, "lingui.config.ts") });
  for (const catalog of await getCatalogs(config)) {
    const collected = await catalog.collect({});
    const kept = (await catalog.read("en")) ?? {};
    const texts = (messages: typeof kept) =>
      Object.entries(messages).map(([id, { message, translation }]) => [id, message ?? translation]);
    const where = relative(FOLDER, catalog.getFilename("en"));
    expect([where, texts(kept).length]).toEqual([where, Object.keys(collected ?? {}).length]);
    expect(Object.keys(kept).sort(), where).toEqual(Object.keys(collected ?? {}).sort());
  }
});

/** Lists the placeholders and elements of a message, each as often as it stands there. */
function parts(message: string): string[] {
  const found: string[] = [];
  const read = (tokens: string | ReturnType<typeof compileMessage>) => {
    for (const token of typeof tokens === "string" ? [tokens] : tokens) {
      if (typeof token === "string") found.push(...(token.match(/<\/?\d+\/?>/g) ?? []));
      else if (token.length < 3) found.push(token[0]);
      else for (const text of Object.values(token[2] as object)) if (text !== undefined) read(text as never);
    }
  };
  read(compileMessage(message));
  return found.sort();
}

test.each([
  ["{0} of <0>{1}</0>", ["0", "1", "</0>", "<0>"]],
  ["{0, plural, one {{1} row} other {{2} rows}}", ["1", "2"]],
])("the parts of %s", (message, wanted) => {
  expect(parts(message)).toEqual([...wanted].sort());
});

test("every text is in every language, with the same parts, and one text has one translation", async () => {
  const config = getConfig({ configPath: join(FOLDER, "lingui.config.ts") });
  const wrong: string[] = [];
  for (const language of config.locales.filter((locale) => locale !== "en")) {
    const told = new Map<string, string>();
    for (const catalog of await getCatalogs(config)) {
      const translated = (await catalog.read(language)) ?? {};
      const english = (await catalog.read("en")) ?? {};
      const where = relative(FOLDER, catalog.getFilename(language));
      const gone = Object.keys(translated).filter((id) => !(id in english));
      wrong.push(...gone.map((id) => `${where}: nothing says “${translated[id]?.message}” any more`));
      for (const [id, { message = id }] of Object.entries(english)) {
        const translation = translated[id]?.translation ?? "";
        if (!translation.trim()) wrong.push(`${where} lacks “${message}”`);
        else if (String(parts(translation)) !== String(parts(message)))
          wrong.push(`${where}: “${translation}” has other parts than “${message}”`);
        if (told.has(id) && told.get(id) !== translation)
          wrong.push(`${where}: “${message}” is “${translation}” here and “${told.get(id)}” elsewhere`);
        told.set(id, translation);
      }
    }
  }
  expect(wrong).toEqual([]);
});
