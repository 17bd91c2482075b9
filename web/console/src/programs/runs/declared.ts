/** Says what the program declares on the server, of which this file is made: make types. */
import { msg } from "@lingui/core/macro";
import { byEnglish } from "../../lib/texts";

export const texts = {
  titles: byEnglish([
  ]),
  fields: byEnglish([
  ]),
  notices: byEnglish([
    msg({ context: "notice", message: "A run is done" }),
    msg({ context: "notice", message: "A run stopped" }),
    msg({ context: "notice", message: "A run waits for approval" }),
    msg({ context: "notice", message: "{name}: {people} people" }),
  ]),
  categories: byEnglish([
    msg({ context: "category", message: "Runs" }),
  ]),
};
