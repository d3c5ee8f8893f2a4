/** Renders and failures by day, as bars. */
import type { Wire } from '@px0/contracts';
import { scaleBand, scaleLinear } from 'd3-scale';
import { countText, dateText, useWidth } from '../ui/mod.ts';

type Day = Wire<'TeamUsage'>['daily'][number];

const HEIGHT = 180;
const margin = { top: 8, right: 20, bottom: 22, left: 44 };
const dayText = dateText({ month: 'short', day: 'numeric', timeZone: 'UTC' });

export interface DayChartProps {
  readonly days: readonly Day[];
  readonly renders: number;
  readonly failures: number;
}

export function DayChart({ days, renders, failures }: DayChartProps) {
  const { box, width } = useWidth();
  const x = scaleBand<number>()
    .domain(days.map((_, at) => at))
    .range([margin.left, Math.max(margin.left, width - margin.right)])
    .padding(0.25);
  const y = scaleLinear()
    .domain([0, Math.max(1, ...days.map((day) => day.renders + day.failures))])
    .nice(4)
    .range([HEIGHT - margin.bottom, margin.top]);
  const every = Math.max(1, Math.ceil((days.length * 56) / Math.max(width, 1)));
  return (
    <div ref={box} className="min-h-45 overflow-hidden">
      <svg
        width={width}
        height={HEIGHT}
        role="img"
        className="block"
        aria-label={`${renders.toLocaleString('en')} renders and ${failures.toLocaleString('en')} failures in ${days.length} days.`}
      >
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
                {Number.isInteger(tick) ? countText(tick) : ''}
              </text>
            </g>
          ))}
          {days.map(({ day }, at) =>
            (days.length - 1 - at) % every === 0 ? (
              <text key={day} x={(x(at) ?? 0) + x.bandwidth() / 2} y={HEIGHT - 6} textAnchor="middle">
                {dayText(Date.parse(day))}
              </text>
            ) : null,
          )}
        </g>
        {days.map((day, at) => (
          <g key={day.day}>
            <title>{`${dayText(Date.parse(day.day))}: ${day.renders.toLocaleString('en')} rendered, ${day.failures.toLocaleString('en')} failed`}</title>
            <rect
              x={x(at)}
              y={margin.top}
              width={x.bandwidth()}
              height={HEIGHT - margin.top - margin.bottom}
              className="fill-transparent"
            />
            <rect
              x={x(at)}
              y={y(day.renders)}
              width={x.bandwidth()}
              height={Math.max(0, y(0) - y(day.renders))}
              className="fill-accent"
            />
            {day.failures > 0 && (
              <rect
                x={x(at)}
                y={y(day.renders + day.failures)}
                width={x.bandwidth()}
                height={Math.max(2, y(day.renders) - y(day.renders + day.failures))}
                className="fill-danger"
              />
            )}
          </g>
        ))}
      </svg>
    </div>
  );
}
