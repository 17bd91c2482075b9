/** `@groat/console`: what the modules of programs import from the console. */

/** The version of this interface. */
export const version = "1.0";
