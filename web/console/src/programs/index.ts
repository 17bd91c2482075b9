/** The programs whose console module comes with the console. */
import { register } from "../registry/registry";
import { bank } from "./bank";
import { credits } from "./credits";
import { notifications } from "./notifications";
import { placements } from "./placements";
import { runs } from "./runs";
import { statements } from "./statements";

for (const program of [bank, credits, runs, placements, statements, notifications]) register(program);
