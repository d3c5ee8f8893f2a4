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
      interval: z.string().optional(),
      rules: z.array(
        z.object({
          record: z.string().optional(),
          alert: z.string().optional(),
          expr: z.string(),
          for: z.string().optional(),
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

export function ruleGroups() {
  return ruleFiles.flatMap((file) => ruleFileSchema.parse(yamlOf(file)).groups);
}

export function prometheusRules(): Rule[] {
  return ruleGroups().flatMap(({ rules }) => rules);
}

export interface NamedExpression {
  /** Where it stands, for the message of a failed test. */
  readonly where: string;
  readonly expr: string;
}

/** Every expression of the dashboards' panels. */
export function dashboardExpressions(): NamedExpression[] {
  return dashboards.flatMap(({ title, sections }) =>
    sections.flatMap(({ panels }) =>
      panels.flatMap((panel) =>
        panel.queries.map(({ expr }) => ({ where: `${title}: ${panel.title}`, expr })),
      ),
    ),
  );
}

/** Every expression of dashboards, their variables, and rules. */
export function allExpressions(): NamedExpression[] {
  const variables = dashboards.flatMap(({ title, variables: some }) =>
    some.map(({ name, query }) => ({
      where: `${title}: $${name}`,
      expr: /^label_values\((.*), \w+\)$/.exec(query)?.[1] ?? query,
    })),
  );
  const ruled = prometheusRules().map(({ alert, record, expr }) => ({ where: alert ?? record ?? '', expr }));
  return [...dashboardExpressions(), ...variables, ...ruled];
}
