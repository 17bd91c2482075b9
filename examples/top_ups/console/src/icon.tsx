import type { Icon } from "@groat/console";

export const CoinIcon: Icon = (props) => (
  // biome-ignore lint/a11y/noSvgWithoutTitle: whoever shows it hides it from screen readers, or names it.
  <svg
    viewBox="0 0 24 24"
    width="24"
    height="24"
    fill="none"
    stroke="currentColor"
    strokeWidth="2"
    {...props}
  >
    <circle cx="12" cy="12" r="9" />
    <path d="M12 8v8M8 12h8" />
  </svg>
);
