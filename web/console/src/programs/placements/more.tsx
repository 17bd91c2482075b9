import { Trans } from "@lingui/react/macro";
import { Button } from "../../ui/button";

interface Pages {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => Promise<unknown>;
}

/** The way to the next page of a list, while there is one. */
export function More({ of }: { of: Pages }) {
  if (!of.hasNextPage) return null;
  return (
    <div className="border-line border-t px-4 py-3 sm:px-5">
      <Button size="sm" busy={of.isFetchingNextPage} onClick={() => void of.fetchNextPage()}>
        <Trans>Show more</Trans>
      </Button>
    </div>
  );
}
