/** Numbers of things, as this reader writes a number. */
import { formatAmount } from "@groat/client";
import { plural } from "@lingui/core/macro";

/** Writes a whole number. */
export const count = (number: number): string => formatAmount(String(number));

export const countPeople = (number: number): string =>
  plural(number, { one: `${count(number)} person`, other: `${count(number)} people` });

export const countRows = (number: number): string =>
  plural(number, { one: `${count(number)} row`, other: `${count(number)} rows` });

export const countMonths = (number: number): string =>
  plural(number, { one: `${count(number)} month`, other: `${count(number)} months` });
