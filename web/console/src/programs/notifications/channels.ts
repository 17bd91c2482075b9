/** A person's channels by category, as choices. No screens here. */

import { type PreferencesView, type Way, wants } from "@groat/client";
import { t } from "@lingui/core/macro";
import { sentence } from "../../requests/fields";

/** Stands for all categories of which nothing was chosen. */
export const OTHERS = "*";

type Channels = PreferencesView["ways"];

/** Names a category; the one for all others comes last. */
export function categoryTitle(category: string, alone: boolean, say: (english: string) => string): string {
  if (category !== OTHERS) return say(sentence(category));
  return alone ? t`Everything` : t`Everything else`;
}

/** The categories to choose for: those heard of and those chosen for, by name, and all others. */
export function categoriesOf({ ways, categories }: Pick<PreferencesView, "ways" | "categories">): string[] {
  const named = new Set([...categories, ...Object.keys(ways)]);
  named.delete(OTHERS);
  return [...[...named].sort(), OTHERS];
}

/** The choices after one of them was switched. What was never chosen of the category stays as it was by default. */
export function switched(channels: Channels, category: string, channel: Way, on: boolean): Channels {
  const chosen = (["toast", "email"] as const).filter((one) =>
    one === channel ? on : wants(channels, one, category),
  );
  return { ...channels, [category]: [...chosen] };
}
