import { useEffect, useState } from "react";
import { Apply } from "@/components/Apply";
import { Requests } from "@/components/Requests";
import { useLive } from "@/components/SocketProvider";
import { getMe, type Me } from "@/lib/api";
import type { Balance } from "@/lib/events";
import { isZero, money, timeOfDay } from "@/lib/format";
import { signOut } from "@/lib/session";
import { type Told, useBank } from "@/lib/useBank";

export function Dashboard() {
  const [me, setMe] = useState<Me>();
  const live = useLive();
  const { balances, requests, latest } = useBank();

  useEffect(() => {
    // While Django is away, the name stays empty; a form then says what is wrong.
    getMe().then(setMe, () => undefined);
  }, []);

  return (
    <>
      <header className="bar">
        <h1>
          <span className="mark">4d</span> Fourpence Bank
        </h1>
        <span className={live ? "state live" : "state away"} role="status">
          {live ? "Live" : "Connecting"}
        </span>
        <span className="me">{me?.name}</span>
        <button type="button" className="plain" onClick={signOut}>
          Sign out
        </button>
      </header>
      <main className="grid">
        <Balances balances={balances} />
        <Apply others={me?.others ?? []} />
        <Requests requests={Object.values(requests)} />
        <Latest latest={latest} />
      </main>
    </>
  );
}

function Balances({ balances }: { balances: Record<string, Balance> }) {
  return (
    <section className="balances" aria-label="Balances">
      {["USD", "BTC"].map((asset) => (
        <Amount key={asset} asset={asset} balance={balances[asset]} />
      ))}
    </section>
  );
}

function Amount({ asset, balance }: { asset: string; balance?: Balance }) {
  return (
    <div className="card balance">
      <h2>{asset === "USD" ? "Current account" : "Bitcoin"}</h2>
      {/* A new key plays the animation anew. */}
      <output key={balance?.version} aria-label={asset}>
        {balance ? money(balance.balance, asset) : "–"}
      </output>
      <p>{balance && said(balance)}</p>
    </div>
  );
}

function said({ asset, available, held }: Balance): string {
  if (isZero(held)) return "All of it is available";
  return `${money(available, asset)} available, ${money(held, asset)} held`;
}

function Latest({ latest }: { latest: Told[] }) {
  return (
    <section className="card latest">
      <h2>Latest events</h2>
      {latest.length === 0 && <p className="empty">Nothing has happened since you came.</p>}
      <ol aria-label="Latest events">
        {latest.map((each) => (
          <li key={each.key}>
            <code>{each.event}</code>
            <time>{timeOfDay(each.at)}</time>
            <span>{each.text}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
