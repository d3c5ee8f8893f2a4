/** The plots of a prompt's usage, and what explains their colours and marks. */
import { Link } from '@tanstack/react-router';
import { scaleBand, scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import type { ReactNode } from 'react';
import { classes, dateText, Time, useWidth } from '../ui/mod.ts';
import type { LiveStep } from './live-history.ts';
import type { UsageWindow } from './usage-ranges.ts';
import { millisecondsText, partsOf, type UsageSeries } from './usage-series.ts';

interface Colour {
  readonly fill: string;
  readonly stroke: string;
  readonly swatch: string;
}

const liveColour: Colour = { fill: 'fill-success', stroke: 'stroke-success', swatch: 'bg-success' };
const restColour: Colour = { fill: 'fill-control', stroke: 'stroke-control', swatch: 'bg-control' };
/** At least as many as versions are named besides the live one, so that no two share a colour. */
const ownColours: readonly Colour[] = [
  { fill: 'fill-accent', stroke: 'stroke-accent', swatch: 'bg-accent' },
  { fill: 'fill-warning', stroke: 'stroke-warning', swatch: 'bg-warning' },
  { fill: 'fill-info', stroke: 'stroke-info', swatch: 'bg-info' },
  { fill: 'fill-plum', stroke: 'stroke-plum', swatch: 'bg-plum' },
];

export type Colours = (version: number | 'others') => Colour;

export function coloursOf(named: readonly number[], live: number | undefined): Colours {
  const others = named.filter((version) => version !== live);
  const own = new Map(others.map((version, at) => [version, ownColours[at] ?? restColour]));
  return (version) =>
    version === 'others' ? restColour : version === live ? liveColour : (own.get(version) ?? restColour);
}

export interface PlotProps {
  readonly series: UsageSeries;
  readonly window: UsageWindow;
  /** The versions with a colour of their own. */
  readonly named: readonly number[];
  readonly colours: Colours;
  /** When versions went live. */
  readonly marks: readonly Mark[];
}

type Mark = LiveStep & { readonly version: number };

const HEIGHT = 180;
const margin = { top: 18, right: 16, bottom: 22, left: 44 };

const hourText = dateText({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const dayAndHourText = dateText({
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});
const dayText = dateText({ month: 'short', day: 'numeric', timeZone: 'UTC' });

const A_DAY_OF_HOURS = 24;

function timeLabel(at: Date, { step }: UsageWindow, bars: number): string {
  if (step === 'day') return dayText(at);
  return (bars > A_DAY_OF_HOURS ? dayAndHourText : hourText)(at);
}

function axes(bars: number, width: number, highest: number) {
  const x = scaleBand<number>()
    .domain(Array.from({ length: bars }, (_, at) => at))
    .range([margin.left, width - margin.right])
    .padding(0.25);
  const y = scaleLinear()
    .domain([0, Math.max(highest, Number.EPSILON)])
    .nice(4)
    .range([HEIGHT - margin.bottom, margin.top]);
  return { x, y };
}

interface FrameProps extends Pick<PlotProps, 'series' | 'window'> {
  readonly width: number;
  readonly x: ReturnType<typeof axes>['x'];
  readonly y: ReturnType<typeof axes>['y'];
  readonly format: (value: number) => string;
}

function Frame({ series: { bars }, window, width, x, y, format }: FrameProps) {
  const labelWidth = window.step === 'hour' && bars.length > A_DAY_OF_HOURS ? 96 : 56;
  const every = Math.max(1, Math.ceil((bars.length * labelWidth) / Math.max(width, 1)));
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
            {timeLabel(bar.at, window, bars.length)}
          </text>
        ) : null,
      )}
    </g>
  );
}

/** A label takes up about this much. */
const LABEL_WIDTH = 34;

/** A line where a version went live. Of labels that would lie on each other, the later one is shown. */
function Marks({
  window: { from, to },
  width,
  marks,
}: Pick<PlotProps, 'window' | 'marks'> & { readonly width: number }) {
  const xOf = ({ at }: Mark) =>
    margin.left +
    ((at - from.getTime()) / (to.getTime() - from.getTime())) * (width - margin.left - margin.right);
  return marks.map((mark, index) => {
    const next = marks[index + 1];
    const isLabelled = next === undefined || xOf(next) - xOf(mark) > LABEL_WIDTH;
    return (
      <g key={mark.at} className="text-[11px] tabular-nums">
        <title>{`Version ${mark.version} went live`}</title>
        <line
          x1={xOf(mark)}
          x2={xOf(mark)}
          y1={margin.top - 4}
          y2={HEIGHT - margin.bottom}
          strokeDasharray="3 3"
          className="stroke-muted"
        />
        {isLabelled && (
          <text x={xOf(mark)} y={margin.top - 7} textAnchor="middle" className="fill-muted">
            v{mark.version}
          </text>
        )}
      </g>
    );
  });
}

const compact = new Intl.NumberFormat('en', { notation: 'compact' });

export function RendersPlot({ series, window, named, colours, marks }: PlotProps) {
  const { bars, renders, failures } = series;
  const { box, width } = useWidth();
  const { x, y } = axes(bars.length, width, Math.max(1, ...bars.map((bar) => bar.renders + bar.failures)));
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
          series={series}
          window={window}
          width={width}
          x={x}
          y={y}
          format={(value) => (Number.isInteger(value) ? compact.format(value) : '')}
        />
        {bars.map((bar, at) => {
          let below = 0;
          return (
            <g key={bar.at.getTime()}>
              <title>{`${timeLabel(bar.at, window, bars.length)}: ${bar.renders} rendered, ${bar.failures} failed`}</title>
              <rect
                x={x(at)}
                y={margin.top}
                width={x.bandwidth()}
                height={HEIGHT - margin.top - margin.bottom}
                className="fill-transparent"
              />
              {partsOf(bar, named).map((part) => {
                const bottom = below;
                below += part.renders;
                return (
                  <rect
                    key={part.version}
                    x={x(at)}
                    y={y(below)}
                    width={x.bandwidth()}
                    height={Math.max(0, y(bottom) - y(below))}
                    className={colours(part.version).fill}
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
        <Marks window={window} width={width} marks={marks} />
      </svg>
    </div>
  );
}

export function LatencyPlot({ series, window, named, colours, marks }: PlotProps) {
  const { bars } = series;
  const { box, width } = useWidth();
  const shown = bars.flatMap(({ cells }) => cells.filter(({ version }) => named.includes(version)));
  const { x, y } = axes(bars.length, width, Math.max(0.1, ...shown.map(({ p95 }) => p95 ?? 0)));
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
        <Frame series={series} window={window} width={width} x={x} y={y} format={millisecondsText} />
        {named.map((version) => {
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
                className={colours(version).stroke}
              />
              {points.map((point, at) =>
                point === null ? null : (
                  // biome-ignore lint/suspicious/noArrayIndexKey: the place is the time
                  <circle key={at} cx={centre(at)} cy={y(point)} r={3} className={colours(version).fill}>
                    <title>{`Version ${version}: ${millisecondsText(point)}`}</title>
                  </circle>
                ),
              )}
            </g>
          );
        })}
        <Marks window={window} width={width} marks={marks} />
      </svg>
    </div>
  );
}

export function Legend({
  series: { totals, failures },
  named,
  colours,
  live,
}: PlotProps & { readonly live: number | undefined }) {
  const others = totals.length - named.length;
  return (
    <ul aria-label="Colours" className="mt-2 flex flex-wrap gap-x-4 gap-y-1 text-muted text-xs">
      {named.map((version) => (
        <Swatch key={version} className={colours(version).swatch}>
          Version {version}
          {version === live && ', live'}
        </Swatch>
      ))}
      {others > 0 && (
        <Swatch className={colours('others').swatch}>
          {others === 1 ? '1 other version' : `${others} other versions`}
        </Swatch>
      )}
      {failures > 0 && <Swatch className="bg-danger">Failed</Swatch>}
    </ul>
  );
}

function Swatch({ className, children }: { readonly className: string; readonly children: ReactNode }) {
  return (
    <li className="inline-flex items-center gap-1.5">
      <span aria-hidden="true" className={classes('size-2.5 rounded-xs', className)} />
      {children}
    </li>
  );
}

/** The latest changes that are listed below the plot. */
const MOST_LISTED = 5;

/** What the marks say, in words, with the ways to the differences. */
export function WentLive({
  promptId,
  marks,
}: {
  readonly promptId: string;
  readonly marks: readonly Mark[];
}) {
  if (marks.length === 0) return null;
  return (
    <ul aria-label="Went live" className="mt-2 flex flex-wrap gap-x-4 gap-y-1 text-muted text-xs">
      {marks
        .toReversed()
        .slice(0, MOST_LISTED)
        .map(({ at, version, before }) => (
          <li key={at}>
            {before === null || before === version ? (
              `Version ${version}`
            ) : (
              <Link
                to="/prompts/$promptId/compare"
                params={{ promptId }}
                search={{ from: before, to: version }}
                className="rounded-sm text-accent-ink underline-offset-2 hover:underline"
              >
                Version {version}
                <span className="sr-only">, compared with version {before},</span>
              </Link>
            )}{' '}
            went live <Time timestamp={new Date(at).toISOString()} />
          </li>
        ))}
      {marks.length > MOST_LISTED && <li>and {marks.length - MOST_LISTED} earlier changes</li>}
    </ul>
  );
}
