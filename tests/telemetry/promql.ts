/** What a PromQL expression asks for, by Prometheus' own grammar. */
import { parser } from '@prometheus-io/lezer-promql';

/** Grafana's variables as what they stand for; PromQL knows none. */
function withoutVariables(expression: string): string {
  return expression.replaceAll('$__rate_interval', '1m').replaceAll(/\$\w+/g, '.*');
}

export interface Asked {
  readonly metrics: readonly string[];
  /** Names of labels in selectors and groupings, each with the metrics of its expression. */
  readonly labels: readonly string[];
}

/** @throws Error for an expression that is no PromQL */
export function askedBy(expression: string): Asked {
  const text = withoutVariables(expression);
  const metrics = new Set<string>();
  const labels = new Set<string>();
  parser.parse(text).iterate({
    enter: ({ type, from, to }) => {
      if (type.isError) throw new Error(`no PromQL at ${from}: ${text}`);
      const word = text.slice(from, to);
      // `metric{...}` and `metric`: the name is the identifier of a selector.
      if (type.name === 'VectorSelector') metrics.add(/^[A-Za-z_:][\w:]*/.exec(word)?.[0] ?? word);
      else if (type.name === 'LabelName') labels.add(word);
    },
  });
  return { metrics: [...metrics], labels: [...labels] };
}
