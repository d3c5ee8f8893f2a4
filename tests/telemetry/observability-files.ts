/** The files in `deploy/` that say what is watched, read as the programs read them that they are for. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { dashboards } from '../../scripts/dashboards/dashboards.ts';

export const root = join(import.meta.dirname, '../..');

const ruleFileSchema = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({
          record: z.string().optional(),
          alert: z.string().optional(),
          expr: z.string(),
          labels: z.record(z.string(), z.string()).optional(),
          annotations: z.record(z.string(), z.string()).optional(),
        }),
      ),
    }),
  ),
});

export type Rule = z.infer<typeof ruleFileSchema>['groups'][number]['rules'][number];

export function textOf(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

export function yamlOf(path: string): unknown {
  return parse(textOf(path));
}

export const ruleFiles = readdirSync(join(root, 'deploy/prometheus/rules')).map(
  (name) => `deploy/prometheus/rules/${name}`,
);

export function prometheusRules(): Rule[] {
  return ruleFiles.flatMap((file) => ruleFileSchema.parse(yamlOf(file)).groups.flatMap(({ rules }) => rules));
}

export interface NamedExpression {
  /** Where it stands, for the message of a failed test. */
  readonly where: string;
  readonly expr: string;
}

/** Every expression of dashboards, their variables, and rules. */
export function allExpressions(): NamedExpression[] {
  const shown = dashboards.flatMap(({ title, sections, variables }) => [
    ...sections.flatMap(({ panels }) =>
      panels.flatMap((panel) =>
        panel.queries.map(({ expr }) => ({ where: `${title}: ${panel.title}`, expr })),
      ),
    ),
    ...variables.map(({ name, query }) => ({
      where: `${title}: $${name}`,
      expr: /^label_values\((.*), \w+\)$/.exec(query)?.[1] ?? query,
    })),
  ]);
  const ruled = prometheusRules().map(({ alert, record, expr }) => ({ where: alert ?? record ?? '', expr }));
  return [...shown, ...ruled];
}
