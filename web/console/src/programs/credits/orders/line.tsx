import type { RequestView } from "@groat/client";
import { Trans } from "@lingui/react/macro";
import { Amount } from "../../../ui/text";
import { orderOf } from "./data";

/** An order in a line. */
export function OrderLine({ request }: { request: RequestView }) {
  const { name, price, currency } = orderOf(request);
  return (
    <Trans>
      {name} for <Amount value={price} asset={currency} />
    </Trans>
  );
}
