const dates = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** "-1234.50", "USD" as "−$1,234.50", "0.50000000", "BTC" as "0.5 BTC". Amounts are decimal strings: they never become numbers. */
export function money(amount: string, asset: string, signed = false): string {
  const sign = amount.startsWith("-") ? "−" : signed ? "+" : "";
  const [whole, fraction = ""] = amount.replace("-", "").split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  const shown = asset === "USD" ? fraction : fraction.replace(/0+$/, "");
  const digits = shown ? `${grouped}.${shown}` : grouped;
  return asset === "USD" ? `${sign}$${digits}` : `${sign}${digits} ${asset}`;
}

export const isZero = (amount: string) => /^[-0.]*$/.test(amount);

export const when = (time: string) => dates.format(new Date(time));
export const timeOfDay = (time: Date) => clock.format(time);

/** "bitcoin_transaction" as "Bitcoin transaction". */
export function words(name: string): string {
  const text = name.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
