import { Trans } from "@lingui/react/macro";
import { ArrowUp } from "lucide-react";
import { Button } from "./button";

/** Keeps new rows back behind a button, so that nothing jumps under the pointer. */
export function NewRows({ count, onShow }: { count: number; onShow: () => void }) {
  return (
    <Button size="sm" data-testid="new-rows" className="!h-8 !rounded-full" onClick={onShow}>
      <ArrowUp className="text-accent" aria-hidden />
      <span>
        <Trans>
          <span className="num">{count}</span> new
        </Trans>
      </span>
    </Button>
  );
}
