import { t } from "@lingui/core/macro";
import { Copy } from "lucide-react";
import { copyText } from "../lib/clipboard";
import { IconButton } from "../ui/button";

/** A text that is copied rather than read. */
export function Copyable({ text, shown = text, what }: { text: string; shown?: string; what: string }) {
  return (
    <span className="inline-flex min-w-0 items-center gap-1">
      <code className="wrap-anywhere text-xs">{shown}</code>
      <IconButton
        label={t`Copy ${what}`}
        className="-my-2 sm:!size-8"
        onClick={() => void copyText(text, `${what.charAt(0).toUpperCase()}${what.slice(1)} copied`)}
      >
        <Copy className="!size-3.5" aria-hidden />
      </IconButton>
    </span>
  );
}
