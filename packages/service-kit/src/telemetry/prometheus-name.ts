/** A metric's name as Prometheus has it, by the rules of the Collector's Prometheus exporter with suffixes (its default). */
import type { MetricDefinition } from './metric-catalog.ts';

/** UCUM units that become a word; annotations in braces vanish. */
const unitWords: Readonly<Record<string, string>> = { s: 'seconds', ms: 'milliseconds', By: 'bytes' };

type Named = Pick<MetricDefinition, 'name' | 'kind' | 'unit'>;

/** `http.server.request.duration` in `s` is `http_server_request_duration_seconds`; of a histogram, without `_bucket` and the like. */
export function prometheusName({ name, kind, unit }: Named): string {
  const words = [prometheusLabel(name)];
  const unitWord = unit === '1' && kind === 'gauge' ? 'ratio' : unitWords[unit];
  if (unitWord !== undefined) words.push(unitWord);
  if (kind === 'counter') words.push('total');
  return words.join('_');
}

/** The names of the series that a metric becomes. */
export function prometheusSeries(metric: Named): string[] {
  const name = prometheusName(metric);
  return metric.kind === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
}

/** An attribute's name as a label. */
export function prometheusLabel(attribute: string): string {
  return attribute.replaceAll(/[^A-Za-z0-9_]/g, '_');
}
