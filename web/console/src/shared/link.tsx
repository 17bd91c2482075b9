import { Link as RouterLink } from "@tanstack/react-router";
import type { ReactNode } from "react";

export interface LinkProps {
  /** An address of the console: "/users/42". */
  to: string;
  search?: Record<string, unknown>;
  className?: string;
  children: ReactNode;
}

const LOOK = "rounded-sm underline decoration-line underline-offset-2 hover:decoration-current";

/** A link within the console. */
export function Link({ search, className = LOOK, ...rest }: LinkProps): ReactNode {
  return <RouterLink {...rest} {...(search && { search })} className={className} />;
}
