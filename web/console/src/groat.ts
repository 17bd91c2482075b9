import { createGroat } from "@groat/client";

/** The one client of this page: who is signed in, what they have, and the connection that keeps it live. */
export const groat = createGroat();
