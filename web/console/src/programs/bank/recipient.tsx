import { Name } from "../../requests/people";
import { type Recipient, spaced } from "./data";

/** To whom, in a line. The payer chose the name, so a person's id stands beside it. */
export function To({ to }: { to: Recipient }) {
  if (!to.user) return to.name || spaced(to.external);
  return to.name ? `${to.name} (${to.user})` : <Name of={`user:${to.user}`} />;
}
