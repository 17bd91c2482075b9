/** The language of the texts: what was chosen here, or the first that the browser asks for and that there is. */
import { afterEach, expect, test } from "vitest";
import { language, spoken } from "../src/lib/language";

afterEach(() => language.set("system"));

test.each<[string[], string]>([
  [["de-CH", "fr"], "de"],
  [["DE"], "de"],
  [["fr", "de-AT", "en"], "de"],
  [["fr", "en-GB", "de"], "en"],
  [["ja"], "en"],
  [["del"], "en"],
  [[], "en"],
])("%j is answered in %s", (wanted, found) => {
  expect(spoken(wanted)).toBe(found);
});

test("a choice counts more than the browser", () => {
  language.set("de");
  expect(spoken(["en"])).toBe("de");
  language.set("en");
  expect(spoken(["de"])).toBe("en");
});
