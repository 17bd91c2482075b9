/** The part of the console that the program topups brings; see docs/programs.md. */
import { type Audience, defineModule } from "@groat/console";
import { RefundFace, RefundLine } from "./face";
import { CoinIcon } from "./icon";
import { Refunds } from "./refunds";
import { TopUps } from "./top-ups";

const isStaff = ({ staff }: Audience) => staff;

export default defineModule({
  api: 1,
  name: "topups",
  pages: [
    { path: "/topups", component: TopUps, search: ({ user }) => (user === undefined ? {} : { user }) },
    { path: "/topups/refunds", component: Refunds },
  ],
  nav: [
    { section: "staff", to: "/topups", label: "Top-ups", icon: CoinIcon },
    { section: "own", to: "/topups/refunds", label: "Refunds", icon: CoinIcon, when: (one) => !isStaff(one) },
  ],
  palette: [{ label: "Look a person's top-ups up", icon: CoinIcon, to: "/topups", when: isStaff }],
  kinds: {
    topup_refund: {
      page: { to: "/topups/refunds", label: "Refunds" },
      Line: RefundLine,
      Face: RefundFace,
    },
  },
});
