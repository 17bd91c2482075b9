/** The programs whose console module comes with the console. */
import { register } from "../registry/registry";
import { bank } from "./bank";
import { credits } from "./credits";
import { notifications } from "./notifications";
import { statements } from "./statements";

for (const program of [bank, credits, statements, notifications]) register(program);
