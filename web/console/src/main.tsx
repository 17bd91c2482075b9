/** Begins the console in its reader's language: rooms say texts as soon as they are loaded, so its catalogue comes before them. */
import { speak } from "#texts";
import { spoken } from "./lib/language";

void speak(spoken()).then(() => import("./console"));
