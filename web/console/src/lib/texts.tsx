/**
 * The console's texts: what `t` and `<Trans>` become when it is built (`web/console/lingui.config.ts`). English stands in the code and shows where
 * a language has no translation. The language is chosen before any room is loaded, for all of them import this module.
 */
import { type MessageDescriptor, setupI18n } from "@lingui/core";
import { compileMessage } from "@lingui/message-utils/compileMessage";
import type { TransProps } from "@lingui/react";
import { TransNoContext } from "@lingui/react/server";
import type { Language } from "./language";

export const i18n = setupI18n({ locale: "en", messages: { en: {} } });
// The English in the code is compiled where it is shown; that evaluates no code.
i18n.setMessagesCompiler(compileMessage);

/** Says the texts in a language from now on. Its catalogue is fetched; if it cannot be had, English shows. */
export async function speak(language: Language): Promise<void> {
  document.documentElement.lang = language;
  if (language === "en") return;
  try {
    const { messages } = await import("virtual:groat-texts/de");
    i18n.loadAndActivate({ locale: language, messages });
  } catch (error) {
    document.documentElement.lang = "en";
    console.warn("groat: the console's texts could not be loaded", error);
  }
}

/** Says messages, and finds them by their English. The places of values stay: "Only {left} left". */
export const byEnglish = (messages: readonly MessageDescriptor[]): Record<string, string> =>
  Object.fromEntries(
    messages.map((each) => {
      const english = each.message ?? each.id;
      const names = [...english.matchAll(/\{(\w+)\}/g)].map(([place, name]) => [name, place]);
      const message = { ...each, values: Object.fromEntries(names) };
      return [english, i18n._(message)];
    }),
  );

/** A title within a sentence: English writes it small there, other languages write it as it is. */
export const inSentence = (title: string): string => (i18n.locale === "en" ? title.toLowerCase() : title);

/** A text with elements in it. A value is never read as a part of the message, whatever a person called themselves. */
export function Trans({ values, ...props }: TransProps) {
  const shown = Object.entries(values ?? {}).map(([name, value]) => [
    name,
    typeof value === "string" ? [value] : value,
  ]);
  return <TransNoContext {...props} values={Object.fromEntries(shown)} lingui={{ i18n }} />;
}
