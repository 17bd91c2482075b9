import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { ReceiptText } from "lucide-react";
import { defineProgram } from "../../registry/program";
import { lazyPage } from "../../shell/missing";
import { Button } from "../../ui/button";

const STATEMENTS: string = "/statements";

export const statements = defineProgram({
  name: "statements",
  pages: [
    {
      path: STATEMENTS,
      component: lazyPage(() => import("./pages/statements"), "StatementsPage"),
      search: ({ account }) => (typeof account === "string" && account ? { account } : {}),
    },
  ],
  nav: [
    {
      section: "own",
      order: 60,
      to: STATEMENTS,
      label: t`Statements`,
      icon: ReceiptText,
      when: ({ staff, funded }) => !staff || funded,
    },
  ],
  slots: {
    person: ({ person }) => (
      <Button asChild>
        <Link to={STATEMENTS} search={{ account: `user:${person.user}` }}>
          <Trans>Statements</Trans>
        </Link>
      </Button>
    ),
  },
});
