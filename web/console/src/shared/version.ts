/** The version of the interface for modules. It rises when something that a module may use is taken away. */
export const API = 1;
