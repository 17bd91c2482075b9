import type { PackageView } from "@groat/client";
import { useGroat, useGroatState, useRequests, useWrite } from "@groat/react";
import { useEffect, useState } from "react";
import { api } from "./api";
import { useToast } from "./Toasts";

/** The packages on sale, and the orders: a person's own, or for the admin everybody's. */
export function OrdersPage() {
  const admin = useGroatState((state) => state.roles.includes("admin"));
  const { items } = useRequests({ kind: "credit_order" });
  return (
    <section>
      {!admin && <Packages />}
      <h2>Orders</h2>
      <ul>
        {items.map(({ id, user, state, data }) => (
          <li key={id} data-testid="order">
            <span>{`${user}: ${String(data.name)}, ${String(data.amount)} credits`}</span>
            <span>{state}</span>
            {admin && state === "pending" && <Fulfill order={id} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Packages() {
  const { requests } = useGroat();
  const [packages, setPackages] = useState<readonly PackageView[]>([]);
  const { write: order, pending } = useWrite((id: string) =>
    requests.file("credit_order", { package: id }, { title: `Order: ${id}` }),
  );
  const say = useToast();
  useEffect(() => {
    void api
      .request<{ items: PackageView[] }>("/v1/credits/packages")
      .then(({ items }) => setPackages(items));
  }, []);
  return (
    <>
      <h2>Packages</h2>
      <ul>
        {packages.map((one) => (
          <li key={one.id}>
            <span>{`${one.name}: ${one.credits} credits`}</span>
            <button
              type="button"
              disabled={pending}
              onClick={() => order(one.id).catch((error) => say(error.detail || "Failed to order"))}
            >
              Order
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

/** The buyer's screens show the credits, and the admin's list the order, as soon as it is committed. */
function Fulfill({ order }: { order: string }) {
  const user = useGroatState((state) => state.user);
  const [busy, setBusy] = useState(false);
  const say = useToast();
  async function fulfill() {
    setBusy(true);
    const { error } = await api.fulfillCreditOrder(order, { fulfilled_by: user ?? "" });
    setBusy(false);
    say(error ? error.detail || "Failed to fulfill order" : "Order fulfilled");
  }
  return (
    <button type="button" disabled={busy} onClick={fulfill}>
      Fulfill
    </button>
  );
}
