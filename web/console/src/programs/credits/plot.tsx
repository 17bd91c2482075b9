import { t } from "@lingui/core/macro";
import { useEffect, useMemo, useRef } from "react";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { coloursOf, compact, timeLabels, useDark } from "../../parts/plot";

const HEIGHT_PX = 180;
const MONTH_S = 30 * 86_400;
const STEPPED = UPlot.paths.stepped?.({ align: 1 });
const BARS = UPlot.paths.bars?.({ size: [0.6, 48] });

export interface PlotProps {
  /** Steps over days, a bar for each month, or a bar for each hour or day of a single count (`paid`). */
  form: "steps" | "bars" | "counts";
  /** Where the values stand, in ms. */
  at: readonly number[];
  /** Of paid and of promotional credits; they stand upon each other. Heights are approximate, the words beside them exact. */
  paid: readonly number[];
  promotional: readonly number[];
  label: string;
}

/** Paid and promotional credits over time. */
export default function Plot({ form, at, paid, promotional, label }: PlotProps) {
  const host = useRef<HTMLDivElement>(null);
  const dark = useDark();
  const data = useMemo<UPlot.AlignedData>(
    () => [at.map((one) => one / 1000), paid.map((one, index) => one + (promotional[index] ?? 0)), [...paid]],
    [at, paid, promotional],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new plot per theme, for a canvas keeps its colours
  useEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    const colours = coloursOf(element);
    const font = `11px ${getComputedStyle(element).fontFamily}`;
    const axis = { stroke: colours.text, font, ticks: { show: false } };
    const paths = form === "steps" ? STEPPED : BARS;
    const series = (stroke: string, fill: string) => ({
      stroke,
      fill: form === "steps" ? fill : stroke,
      width: form === "steps" ? 1.75 : 0,
      points: { show: false },
      ...(paths && { paths }),
    });
    const [first = 0] = data[0];
    const last = data[0].at(-1) ?? first;
    const air = form === "bars" ? 20 * 86_400 : form === "counts" ? ((data[0][1] ?? 0) - first) / 2 : 0;
    const chart = new UPlot(
      {
        width: element.clientWidth,
        height: HEIGHT_PX,
        padding: [8, 18, 0, 0],
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { range: () => [first - air, Math.max(last + air, first + 1)] },
          y: { range: (_self, _low, high) => [0, Math.max(1, high * 1.12)] },
        },
        axes: [
          {
            ...axis,
            grid: { show: false },
            size: 26,
            space: 90,
            ...(form === "bars"
              ? {
                  // A tick under each bar; of many bars every other one is named.
                  splits: (self) => {
                    const every = Math.ceil((data[0].length * 70) / Math.max(1, self.width - 80));
                    return [...data[0]].filter((_, index) => index % every === 0);
                  },
                  values: (_self, ticks) => timeLabels(ticks, MONTH_S),
                }
              : { values: (_self, ticks, _axis, _space, step) => timeLabels(ticks, step) }),
          },
          {
            ...axis,
            grid: { stroke: colours.grid, width: 1 },
            size: 58,
            space: 32,
            values: (_self, ticks) => ticks.map((tick) => compact.format(tick)),
          },
        ],
        series: [{}, series(colours.line, colours.fill), series(colours.other, colours.otherFill)],
      },
      data,
      element,
    );
    const observer = new ResizeObserver(() =>
      chart.setSize({ width: element.clientWidth, height: HEIGHT_PX }),
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.destroy();
    };
  }, [dark, data, form]);
  return (
    <figure>
      <div ref={host} role="img" aria-label={label} className="h-[180px] w-full" />
      <figcaption className="flex flex-wrap gap-x-4 gap-y-1 px-1 pt-1 text-muted text-xs">
        {form !== "counts" && (
          <>
            <Sign look="bg-good" text={t`Paid`} />
            <Sign look="bg-accent" text={t`Promotional`} />
          </>
        )}
      </figcaption>
    </figure>
  );
}

function Sign({ look, text }: { look: string; text: string }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <span aria-hidden className={`size-2.5 rounded-sm ${look}`} />
      {text}
    </span>
  );
}
