"use client";

import { formatAmount, isZero, subtract } from "@groat/client";
import { useEffect, useRef, useState } from "react";
import { useGroatContext } from "./provider.js";

const EVERY_MS = 5_000;

/** Says to screen readers what a balance did, summed up, at most every 5 s. Present and empty from the start. */
export function Announcer({ account, amount }: { account: string; amount: string | null }) {
  const { words, locale } = useGroatContext();
  const [text, setText] = useState("");
  const said = useRef<{ account: string; amount: string; at: number } | null>(null);
  useEffect(() => {
    if (amount === null) {
      said.current = null;
      setText("");
      return;
    }
    if (said.current?.account !== account) {
      setText("");
      said.current = { account, amount, at: Number.NEGATIVE_INFINITY };
      return;
    }
    const { amount: before, at } = said.current;
    const delta = subtract(amount, before);
    if (isZero(delta)) return;
    const say = () => {
      said.current = { account, amount, at: performance.now() };
      setText(
        words.changed(formatAmount(delta, { locale, sign: "always" }), formatAmount(amount, { locale })),
      );
    };
    const timer = setTimeout(say, Math.max(0, at + EVERY_MS - performance.now()));
    return () => clearTimeout(timer);
  }, [account, amount, words, locale]);
  return (
    <span role="status" className="groat-hidden">
      {text}
    </span>
  );
}
