import { t } from "@lingui/core/macro";
/** Loads a module's stylesheet, and uses it only if it can change nothing but what the module shows. */

export interface Sheet {
  href: string;
  /** What the browser checks the file by. */
  integrity: string;
}

/** Adds the stylesheet to the page. Throws Error with what is wrong with it; then it has changed nothing. */
export async function applySheet({ href, integrity }: Sheet, program: string): Promise<void> {
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href, integrity });
  link.crossOrigin = "anonymous";
  // It matches no medium until its rules have been read.
  link.media = "not all";
  try {
    await new Promise((loaded, failed) => {
      link.onload = loaded;
      link.onerror = () =>
        failed(new Error(t`Its stylesheet could not be loaded, or is not the one that was installed.`));
      document.head.append(link);
    });
    const wrong = strayRule(link.sheet?.cssRules ?? [], program);
    if (wrong !== null) {
      throw new Error(
        t`Its stylesheet has the rule “${wrong}”. Each selector must name a class that begins with “${program}-”, and so must names of animations, fonts and properties.`,
      );
    }
    link.media = "all";
  } catch (error) {
    link.remove();
    throw error;
  }
}

/** The first rule that reaches beyond the program's own classes and names; null if there is none. */
function strayRule(rules: Iterable<CSSRule>, program: string): string | null {
  for (const rule of rules) {
    const stray = isStray(rule, program);
    if (stray !== null) return stray;
  }
  return null;
}

function isStray(rule: CSSRule, program: string): string | null {
  if (rule instanceof CSSStyleRule) {
    return staysWithin(rule.selectorText, program) ? null : rule.selectorText;
  }
  if (rule instanceof CSSKeyframesRule) {
    return rule.name.startsWith(`${program}-`) ? null : `@keyframes ${rule.name}`;
  }
  if (rule instanceof CSSPropertyRule) {
    return rule.name.startsWith(`--${program}-`) ? null : `@property ${rule.name}`;
  }
  if (rule instanceof CSSFontFaceRule) {
    const family = rule.style.getPropertyValue("font-family").replace(/^["']/, "");
    return family.startsWith(`${program}-`) ? null : `@font-face ${family}`;
  }
  if (rule instanceof CSSImportRule || !("cssRules" in rule)) return rule.cssText;
  return strayRule((rule as CSSGroupingRule).cssRules, program);
}

/** Whether each selector of a list names a class of the program's own, outside of functions such as `:has()`. */
export function staysWithin(selectors: string, program: string): boolean {
  let plain = selectors.replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g, "").replace(/\[[^\]]*\]/g, "");
  for (let before = ""; before !== plain; ) {
    before = plain;
    plain = plain.replace(/\([^()]*\)/g, "");
  }
  const own = new RegExp(`(?<!\\\\)\\.${program}-`);
  return plain.split(",").every((selector) => own.test(selector));
}
