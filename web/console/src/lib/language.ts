import { setting } from "./settings";

const LANGUAGES = ["en", "de"] as const;
export type Language = (typeof LANGUAGES)[number];

/** The language of the console's texts: a person's choice on this device, or what their browser asks for. */
export const language = setting("language", ["system", ...LANGUAGES] as const, "system");

/** Returns the language to speak: the chosen one, or the first of the browser's that there is. */
export function spoken(wanted: readonly string[] = navigator.languages): Language {
  const chosen = language.get();
  if (chosen !== "system") return chosen;
  const bases = wanted.map((tag) => tag.toLowerCase().split("-")[0]);
  for (const base of bases) {
    const found = LANGUAGES.find((each) => each === base);
    if (found) return found;
  }
  return "en";
}
