import { createContext, useContext, useSyncExternalStore } from "react";
import { type Person, type SessionState, session } from "./session";

export function useSession(): SessionState {
  return useSyncExternalStore(session.subscribe, session.get);
}

export const PersonContext = createContext<Person | null>(null);

/** The person who is signed in; only inside the signed-in part of the console. */
export function usePerson(): Person {
  const person = useContext(PersonContext);
  if (!person) throw new Error("usePerson outside the signed-in part of the console");
  return person;
}

/** admin: everything; support: reads; anybody: their own money. */
export function useRights(): { staff: boolean; admin: boolean } {
  const { roles } = usePerson();
  const admin = roles.includes("admin");
  return { staff: admin || roles.includes("support"), admin };
}
