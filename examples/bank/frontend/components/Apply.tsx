import { type FormEvent, type ReactNode, useRef, useState } from "react";
import { toast } from "sonner";
import { apply, type Person, Refused } from "@/lib/api";

const AMOUNT = {
  inputMode: "decimal",
  pattern: "\\d+([.]\\d{1,2})?",
  title: "An amount such as 25.00",
} as const;

const FORMS: Record<string, { path: string; done: string; fields: (others: Person[]) => ReactNode }> = {
  Transfer: {
    path: "transfers",
    done: "Send",
    fields: (others) => (
      <>
        <label>
          To
          <select name="recipient" required>
            {others.map(({ username, name }) => (
              <option key={username} value={username}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          Amount in USD
          <input name="amount" placeholder="25.00" required {...AMOUNT} />
        </label>
        <label>
          Reference
          <input name="reference" maxLength={140} />
        </label>
      </>
    ),
  },
  Deposit: {
    path: "deposits",
    done: "Pay in",
    fields: () => (
      <>
        <label>
          Amount in USD
          <input name="amount" placeholder="100.00" required {...AMOUNT} />
        </label>
        <label>
          Number of the cheque
          <input name="cheque" maxLength={20} required />
        </label>
      </>
    ),
  },
  Card: {
    path: "cards",
    done: "Apply",
    fields: () => (
      <>
        <label>
          Name on the card
          <input name="holder" maxLength={40} autoComplete="cc-name" required />
        </label>
        <label>
          Limit a month in USD
          <input name="limit" placeholder="500.00" required {...AMOUNT} />
        </label>
      </>
    ),
  },
  Loan: {
    path: "loans",
    done: "Apply",
    fields: () => (
      <>
        <label>
          Amount in USD
          <input name="amount" placeholder="1200.00" required {...AMOUNT} />
        </label>
        <label>
          Months
          <input name="months" type="number" min={1} max={120} defaultValue={12} required />
        </label>
        <label>
          Purpose
          <input name="purpose" maxLength={200} />
        </label>
      </>
    ),
  },
  Bitcoin: {
    path: "bitcoin",
    done: "Withdraw",
    fields: () => (
      <>
        <label>
          Amount in BTC
          <input name="amount" placeholder="0.01" required inputMode="decimal" pattern="\d+([.]\d{1,8})?" />
        </label>
        <label>
          To the address
          <input name="address" minLength={14} maxLength={90} spellCheck={false} required />
        </label>
      </>
    ),
  },
};

export function Apply({ others }: { others: Person[] }) {
  const [chosen, setChosen] = useState("Transfer");
  const { path, done, fields } = FORMS[chosen];
  // The same key until the bank has answered: a second click, or a second try, files nothing twice.
  const key = useRef("");

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    key.current ||= crypto.randomUUID();
    try {
      await apply(path, Object.fromEntries(new FormData(form)), key.current);
      form.reset();
      key.current = "";
    } catch (error) {
      toast.error((error as Error).message);
      if (error instanceof Refused) key.current = "";
    }
  }

  return (
    <section className="card apply" aria-label="Ask the bank">
      <nav>
        {Object.keys(FORMS).map((name) => (
          <button key={name} type="button" aria-pressed={name === chosen} onClick={() => setChosen(name)}>
            {name}
          </button>
        ))}
      </nav>
      <form key={chosen} onSubmit={submit}>
        {fields(others)}
        <button type="submit">{done}</button>
      </form>
    </section>
  );
}
