import { useQuery } from "@tanstack/react-query";
import type { ComponentProps } from "react";
import { assetsQuery } from "../api/queries";
import { cx } from "../lib/cx";
import { Input, Select } from "../ui/field";

/** A field for an amount; phones offer a point only where the asset has fractions. */
export function AmountInput({
  asset,
  className,
  onChange,
  ...rest
}: Omit<ComponentProps<typeof Input>, "onChange"> & { asset: string; onChange: (typed: string) => void }) {
  const scale = useQuery(assetsQuery).data?.find(({ code }) => code === asset)?.scale;
  return (
    <Input
      {...rest}
      inputMode={scale === 0 ? "numeric" : "decimal"}
      autoComplete="off"
      className={cx("num", className)}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

/** One of some assets, by its code. */
export function AssetSelect({
  codes,
  onChange,
  ...rest
}: Omit<ComponentProps<typeof Select>, "onChange" | "children"> & {
  codes: readonly string[];
  onChange: (code: string) => void;
}) {
  return (
    <Select {...rest} onChange={(event) => onChange(event.target.value)}>
      {codes.map((code) => (
        <option key={code}>{code}</option>
      ))}
    </Select>
  );
}
