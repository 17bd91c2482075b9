import { formatAmount } from "@groat/client";
import { t } from "@lingui/core/macro";
import { useEffect, useMemo, useRef, useState } from "react";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { formatShort } from "../lib/time";
import type { Point } from "../live/points";
import { coloursOf, compact, padded, timeLabels, useDark } from "./plot";

const HEIGHT_PX = 168;
const STEPPED = UPlot.paths.stepped?.({ align: 1 });

/** Balance over effective time, as steps: between two changes it stands still. Heights are approximate, words are exact. */
export default function BalanceChart({ points, asset }: { points: Point[]; asset: string }) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | null>(null);
  const shown = useRef(points);
  const [hovered, setHovered] = useState<Point | null>(null);
  const dark = useDark();
  const data = useMemo<UPlot.AlignedData>(() => {
    const last = points.at(-1);
    const tail = last ? [{ at: Math.max(Date.now(), last.at + 1), balance: last.balance }] : [];
    const all = [...points, ...tail];
    return [all.map((point) => point.at / 1000), all.map((point) => Number(point.balance))];
  }, [points]);
  const latest = useRef(data);
  shown.current = points;
  latest.current = data;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new plot per theme, for a canvas keeps its colours
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const colours = coloursOf(element);
    const font = `11px ${getComputedStyle(element).fontFamily}`;
    const axis = { stroke: colours.text, font, ticks: { show: false } };
    const chart = new UPlot(
      {
        width: element.clientWidth,
        height: HEIGHT_PX,
        padding: [8, 18, 0, 0],
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
        scales: { y: { range: (_self, low, high) => padded(low, high) } },
        axes: [
          {
            ...axis,
            grid: { show: false },
            size: 26,
            space: 90,
            values: (_self, ticks, _axis, _space, step) => timeLabels(ticks, step),
          },
          {
            ...axis,
            grid: { stroke: colours.grid, width: 1 },
            size: 58,
            space: 32,
            values: (_self, ticks) => ticks.map((tick) => compact.format(tick)),
          },
        ],
        series: [
          {},
          {
            stroke: colours.line,
            fill: colours.fill,
            width: 1.75,
            ...(STEPPED && { paths: STEPPED }),
            points: { show: false },
          },
        ],
        hooks: {
          setCursor: [
            (self) => {
              const index = self.cursor.idx;
              setHovered(typeof index === "number" ? (shown.current[index] ?? null) : null);
            },
          ],
        },
      },
      latest.current,
      element,
    );
    plot.current = chart;
    const observer = new ResizeObserver(() =>
      chart.setSize({ width: element.clientWidth, height: HEIGHT_PX }),
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.destroy();
      plot.current = null;
    };
  }, [dark]);

  useEffect(() => plot.current?.setData(data), [data]);

  const first = points[0];
  const last = points.at(-1);
  const label =
    first && last
      ? t`Balance from ${formatShort(first.at)} to now: ${formatAmount(first.balance)} to ${formatAmount(last.balance)} ${asset}`
      : t`Balance over time`;
  return (
    <figure className="relative">
      <div ref={host} role="img" aria-label={label} className="h-[168px] w-full" />
      <figcaption aria-hidden className="num absolute top-0 right-1 text-muted text-xs">
        {hovered && `${formatShort(hovered.at)} · ${formatAmount(hovered.balance)} ${asset}`}
      </figcaption>
    </figure>
  );
}
