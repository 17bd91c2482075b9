declare module "virtual:groat-texts/de" {
  /** The texts in German, by id (`texts.ts` beside `src`). */
  export const messages: Record<string, string>;
}
