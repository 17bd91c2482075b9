/** Loads the modules of programs, once somebody is signed in. One that fails leaves the others and the console as they are. */
import { t } from "@lingui/core/macro";
import { register } from "../registry/registry";
import { guarded } from "./guard";
import { readProgram } from "./read";
import { allModules, type Listed, setProgress } from "./store";
import { applySheet } from "./style";

/** A module that is not there after this time is said to be missing; it is taken in all the same when it comes. */
const WITHIN_MS = 10_000;

let begun = false;

/** Begins to load all modules that the page lists; does nothing the second time. */
export function loadModules(): void {
  if (begun) return;
  begun = true;
  const modules = allModules();
  if (modules.length > 0) preloadShared();
  for (const listed of modules) void load(listed);
}

/** Fetches what modules share with the console beside them: a browser hears of it only once it has read them. */
function preloadShared(): void {
  const map = document.querySelector("script[type=importmap]")?.textContent;
  if (!map) return;
  const { imports } = JSON.parse(map) as { imports: Record<string, string> };
  for (const href of Object.values(imports)) {
    document.head.append(Object.assign(document.createElement("link"), { rel: "modulepreload", href }));
  }
}

async function load(listed: Listed): Promise<void> {
  const { program } = listed;
  const fail = (why: string) => setProgress(program, { state: "failed", why });
  const late = setTimeout(() => fail(t`It has not started within ${WITHIN_MS / 1_000} seconds.`), WITHIN_MS);
  try {
    register(guarded(await fetched(listed)));
    setProgress(program, { state: "there" });
  } catch (error) {
    console.error(`the module of ${program} could not be loaded`, error);
    fail(error instanceof Error ? error.message : String(error));
  } finally {
    clearTimeout(late);
  }
}

async function fetched({ program, script, style }: Listed) {
  const [exported] = await Promise.all([
    import(/* @vite-ignore */ script) as Promise<Record<string, unknown>>,
    style && applySheet(style, program),
  ]);
  return readProgram(exported.default, program);
}
