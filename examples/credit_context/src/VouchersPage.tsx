import { GroatError, type RedemptionView } from "@groat/client";
import { useCredit, useGroat, useGroatState, useWrite } from "@groat/react";
import { type FormEvent, useEffect, useState } from "react";
import { api } from "./api";
import { useToast } from "./Toasts";

/** A code is redeemed here; the list is read again when a voucher was redeemed on any screen of the person. */
export function VouchersPage() {
  const groat = useGroat();
  const user = useGroatState((state) => state.user) ?? "";
  const { refreshVouchers, registerVoucherRefresh } = useCredit();
  const [redeemed, setRedeemed] = useState<readonly RedemptionView[]>([]);
  const [code, setCode] = useState("");
  const say = useToast();
  useEffect(() => {
    let current = true;
    const read = async () => {
      const { items } = await api.request<{ items: RedemptionView[] }>("/v1/vouchers/redemptions", {
        query: { user },
      });
      if (current) setRedeemed(items);
    };
    void read();
    const end = registerVoucherRefresh(() => void read());
    return () => {
      current = false;
      end();
    };
  }, [registerVoucherRefresh, user]);
  const { write: redeem, pending } = useWrite((typed: string) =>
    groat.write(["redeem", typed], (key, bound) =>
      bound.request("/v1/vouchers/redeem", { method: "POST", body: { code: typed }, key }),
    ),
  );
  async function submit(event: FormEvent) {
    event.preventDefault();
    try {
      await redeem(code);
      say("Voucher redeemed");
      setCode("");
      refreshVouchers();
    } catch (error) {
      if (!(error instanceof GroatError)) throw error;
      say(error.detail || "Failed to redeem voucher");
    }
  }
  return (
    <section>
      <h2>Vouchers</h2>
      <form onSubmit={submit}>
        <label>
          Code <input required value={code} onChange={(event) => setCode(event.target.value)} />
        </label>
        <button type="submit" disabled={pending}>
          Redeem
        </button>
      </form>
      <ul>
        {redeemed.map(({ id, name, amount, state }) => (
          <li key={id} data-testid="voucher">
            <span>{name}</span>
            <span>{`+${amount} ${state === "redeemed" ? "" : state}`}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
