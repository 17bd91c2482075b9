/** The programs whose console module comes with the console. */
import { register } from "../registry/registry";
import { bank } from "./bank";
import { notifications } from "./notifications";
import { statements } from "./statements";

for (const program of [bank, statements, notifications]) register(program);
