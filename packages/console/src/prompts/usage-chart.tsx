/** Charts of a prompt's renders, failures and latency by version. The table below has the same data for screen readers. */
import { useQuery } from '@tanstack/react-query';
import { scaleBand, scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import { Activity } from 'lucide-react';
import { useLayoutEffect, useRef, useState } from 'react';
import { reading } from '../api/mod.ts';
import { Badge, Card, classes, EmptyState, Failure, Segments, Skeleton } from '../ui/mod.ts';
import { REPORTED } from './recent-renders.tsx';
import {
  millisecondsText,
  type UsageBar,
  type UsageRange,
  type UsageSeries,
  usageRanges,
  usageSeries,
  windowOf,
} from './usage-series.ts';

const ranges = Object.keys(usageRanges)
  .filter((key): key is UsageRange => key in usageRanges)
  .map((value) => ({ value, label: usageRanges[value].label }));
/** Colours for versions, reused in turn; the legend names them. */
const fills = ['fill-accent', 'fill-info', 'fill-success', 'fill-warning', 'fill-control'];
const strokes = ['stroke-accent', 'stroke-info', 'stroke-success', 'stroke-warning', 'stroke-control'];
const swatches = ['bg-accent', 'bg-info', 'bg-success', 'bg-warning', 'bg-control'];
const colourAt = (colours: readonly string[], version: number) => colours[version % colours.length] ?? '';
const HEIGHT = 180;
const margin = { top: 8, right: 16, bottom: 22, left: 44 };

export function UsageChart({ promptId }: { readonly promptId: string }) {
  const [range, setRange] = useState<UsageRange>('24h');
  // Fixed when the chart mounts: a window that moves with each render would start a new query each time.
  const [now] = useState(() => Date.now());
  const window = windowOf(range, now);
  const { data, error, refetch } = useQuery({
    ...reading('getPromptUsage', {
      params: { id: promptId },
      query: { from: window.from.toISOString(), to: window.to.toISOString(), step: window.step },
    }),
    refetchInterval: 30_000,
    placeholderData: (before) => before,
  });
  if (error) return <Failure error={error} retry={refetch} />;
  const series = data && usageSeries(data.usage, window);
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-x-6 gap-y-2">
        <Figures series={series} />
        <div className="ml-auto">
          <Segments label="Range" value={range} onChange={setRange} options={ranges} />
        </div>
      </div>
      {series === undefined ? (
        <Skeleton className="h-56 w-full rounded-xl" />
      ) : (
        <Charts series={series} step={window.step} />
      )}
      <p className="text-muted text-xs">{REPORTED}</p>
    </div>
  );
}

function Figures({ series }: { readonly series: UsageSeries | undefined }) {
  // A failed render counts only as a failure.
  const attempts = (series?.renders ?? 0) + (series?.failures ?? 0);
  const rate = attempts === 0 ? 0 : (series?.failures ?? 0) / attempts;
  return (
    <dl className="flex gap-8">
      <Figure name="Renders" value={series?.renders.toLocaleString('en') ?? '–'} />
      <Figure
        name="Failures"
        value={series?.failures.toLocaleString('en') ?? '–'}
        isBad={(series?.failures ?? 0) > 0}
      />
      <Figure
        name="Failure rate"
        value={series === undefined ? '–' : `${(rate * 100).toFixed(rate > 0 && rate < 0.01 ? 2 : 0)}%`}
      />
    </dl>
  );
}

function Figure({
  name,
  value,
  isBad = false,
}: {
  readonly name: string;
  readonly value: string;
  readonly isBad?: boolean;
}) {
  return (
    <div>
      <dt className="text-faint text-xs">{name}</dt>
      <dd className={classes('font-semibold text-xl tabular-nums', isBad && 'text-danger-ink')}>{value}</dd>
    </div>
  );
}

function Charts({ series, step }: { readonly series: UsageSeries; readonly step: 'hour' | 'day' }) {
  if (series.renders === 0 && series.failures === 0) {
    return (
      <Card>
        <EmptyState icon={Activity} title="No renders in this period">
          When applications render this prompt, renders, failures and latency for each version appear here
          after a few seconds.
        </EmptyState>
      </Card>
    );
  }
  return (
    <>
      <Card className="p-4">
        <h2 className="mb-2 font-medium text-sm">Renders by version</h2>
        <RendersChart series={series} step={step} />
        <Legend series={series} />
      </Card>
      <Card className="p-4">
        <h2 className="mb-2 font-medium text-sm">p95 render latency</h2>
        <LatencyChart series={series} step={step} />
      </Card>
      <Totals series={series} />
    </>
  );
}

/** The width of the container. Charts are drawn to it, so that text keeps its size. */
function useWidth() {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    setWidth(element.clientWidth);
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { box, width };
}

interface ChartProps {
  readonly series: UsageSeries;
  readonly step: 'hour' | 'day';
}

const hourText = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const dayText = new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric', timeZone: 'UTC' });

function timeLabel(at: Date, step: 'hour' | 'day'): string {
  return (step === 'hour' ? hourText : dayText).format(at);
}

function axes(bars: readonly UsageBar[], width: number, highest: number) {
  const x = scaleBand<number>()
    .domain(bars.map((_, at) => at))
    .range([margin.left, width - margin.right])
    .padding(0.25);
  const y = scaleLinear()
    .domain([0, Math.max(highest, Number.EPSILON)])
    .nice(4)
    .range([HEIGHT - margin.bottom, margin.top]);
  return { x, y };
}

function Frame({
  bars,
  step,
  width,
  x,
  y,
  format,
}: {
  readonly bars: readonly UsageBar[];
  readonly step: 'hour' | 'day';
  readonly width: number;
  readonly x: ReturnType<typeof axes>['x'];
  readonly y: ReturnType<typeof axes>['y'];
  readonly format: (value: number) => string;
}) {
  const every = Math.max(1, Math.ceil((bars.length * 56) / Math.max(width, 1)));
  return (
    <g className="fill-faint text-[11px] tabular-nums">
      {y.ticks(4).map((tick) => (
        <g key={tick}>
          <line
            x1={margin.left}
            x2={width - margin.right}
            y1={y(tick)}
            y2={y(tick)}
            className="stroke-line"
          />
          <text x={margin.left - 8} y={y(tick)} dy="0.32em" textAnchor="end">
            {format(tick)}
          </text>
        </g>
      ))}
      {bars.map((bar, at) =>
        (bars.length - 1 - at) % every === 0 ? (
          <text
            key={bar.at.getTime()}
            x={(x(at) ?? 0) + x.bandwidth() / 2}
            y={HEIGHT - 6}
            textAnchor="middle"
          >
            {timeLabel(bar.at, step)}
          </text>
        ) : null,
      )}
    </g>
  );
}

const compact = new Intl.NumberFormat('en', { notation: 'compact' });

function RendersChart({ series: { bars, renders, failures }, step }: ChartProps) {
  const { box, width } = useWidth();
  const { x, y } = axes(bars, width, Math.max(1, ...bars.map((bar) => bar.renders + bar.failures)));
  return (
    <div ref={box} className="min-h-45 overflow-hidden">
      <svg
        width={width}
        height={HEIGHT}
        role="img"
        className="block"
        aria-label={`${renders} renders and ${failures} failures. The table below has the numbers.`}
      >
        <Frame
          bars={bars}
          step={step}
          width={width}
          x={x}
          y={y}
          format={(value) => (Number.isInteger(value) ? compact.format(value) : '')}
        />
        {bars.map((bar, at) => {
          let below = 0;
          return (
            <g key={bar.at.getTime()}>
              <title>{`${timeLabel(bar.at, step)}: ${bar.renders} rendered, ${bar.failures} failed`}</title>
              <rect
                x={x(at)}
                y={margin.top}
                width={x.bandwidth()}
                height={HEIGHT - margin.top - margin.bottom}
                className="fill-transparent"
              />
              {bar.cells.map((cell) => {
                const bottom = below;
                below += cell.renders;
                return (
                  <rect
                    key={cell.version}
                    x={x(at)}
                    y={y(below)}
                    width={x.bandwidth()}
                    height={Math.max(0, y(bottom) - y(below))}
                    className={colourAt(fills, cell.version)}
                  />
                );
              })}
              {bar.failures > 0 && (
                <rect
                  x={x(at)}
                  y={y(bar.renders + bar.failures)}
                  width={x.bandwidth()}
                  height={Math.max(2, y(bar.renders) - y(bar.renders + bar.failures))}
                  className="fill-danger"
                />
              )}
            </g>
          );
        })}
      </svg>
    </div>
  );
}

function LatencyChart({ series: { bars, totals }, step }: ChartProps) {
  const { box, width } = useWidth();
  const highest = Math.max(0.1, ...bars.flatMap(({ cells }) => cells.map(({ p95 }) => p95 ?? 0)));
  const { x, y } = axes(bars, width, highest);
  const centre = (at: number) => (x(at) ?? 0) + x.bandwidth() / 2;
  return (
    <div ref={box} className="min-h-45 overflow-hidden">
      <svg
        width={width}
        height={HEIGHT}
        role="img"
        className="block"
        aria-label="95th percentile latency over time. The table below has the highest value for each version."
      >
        <Frame bars={bars} step={step} width={width} x={x} y={y} format={millisecondsText} />
        {totals.map(({ version }) => {
          const points = bars.map((bar) => bar.cells.find((cell) => cell.version === version)?.p95 ?? null);
          const path = line<number | null>()
            .defined((point) => point !== null)
            .x((_point, at) => centre(at))
            .y((point) => y(point ?? 0));
          return (
            <g key={version}>
              <path
                d={path(points) ?? ''}
                fill="none"
                strokeWidth={2}
                strokeLinejoin="round"
                className={colourAt(strokes, version)}
              />
              {points.map((point, at) =>
                point === null ? null : (
                  // biome-ignore lint/suspicious/noArrayIndexKey: the place is the time
                  <circle key={at} cx={centre(at)} cy={y(point)} r={3} className={colourAt(fills, version)}>
                    <title>{`Version ${version}: ${millisecondsText(point)}`}</title>
                  </circle>
                ),
              )}
            </g>
          );
        })}
      </svg>
    </div>
  );
}

function Legend({ series: { totals, failures } }: { readonly series: UsageSeries }) {
  return (
    <ul className="mt-2 flex flex-wrap gap-x-4 gap-y-1 text-muted text-xs">
      {totals.map(({ version }) => (
        <li key={version} className="inline-flex items-center gap-1.5">
          <span aria-hidden="true" className={classes('size-2.5 rounded-xs', colourAt(swatches, version))} />
          Version {version}
        </li>
      ))}
      {failures > 0 && (
        <li className="inline-flex items-center gap-1.5">
          <span aria-hidden="true" className="size-2.5 rounded-xs bg-danger" />
          Failed
        </li>
      )}
    </ul>
  );
}

function Totals({ series: { totals } }: { readonly series: UsageSeries }) {
  return (
    <Card className="overflow-x-auto">
      <table className="w-full text-sm">
        <caption className="sr-only">Usage by version</caption>
        <thead>
          <tr className="border-line border-b text-faint text-xs">
            <th scope="col" className="h-9 px-4 text-left font-medium">
              Version
            </th>
            <th scope="col" className="px-4 text-right font-medium">
              Renders
            </th>
            <th scope="col" className="px-4 text-right font-medium">
              Failures
            </th>
            <th scope="col" className="px-4 text-right font-medium">
              Highest p95
            </th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line tabular-nums">
          {totals.map(({ version, renders, failures, worstP95 }) => (
            <tr key={version}>
              <th scope="row" className="h-10 px-4 text-left font-medium">
                {version}
              </th>
              <td className="px-4 text-right">{renders.toLocaleString('en')}</td>
              <td className="px-4 text-right">
                {failures > 0 ? <Badge tone="danger">{failures.toLocaleString('en')}</Badge> : 0}
              </td>
              <td className="px-4 text-right">{millisecondsText(worstP95)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}
