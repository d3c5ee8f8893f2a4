/** Dashboards, rules, Collector and Tempo as files: whether the programs that read them would take them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { routes } from '@px0/contracts';
import { CALLER_SAMPLED_ATTRIBUTE, metricCatalog, prometheusName } from '@px0/service-kit';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { dashboards } from '../../scripts/dashboards/dashboards.ts';
import { dashboardFiles } from '../../scripts/dashboards/files.ts';
import { hasTool, runTool } from './debian-tools.ts';
import { prometheusRules, root, ruleFiles, ruleGroups, textOf, yamlOf } from './observability-files.ts';

describe('the dashboards', () => {
  it('lie in git as they are generated (npm run dashboards)', () => {
    const folder = join(root, 'deploy/grafana/dashboards');
    const lying = readdirSync(folder).map((name) => ({
      name,
      text: readFileSync(join(folder, name), 'utf8'),
    }));
    const byName = (files: readonly { name: string; text: string }[]) =>
      Object.fromEntries(files.map(({ name, text }) => [name, text]));
    expect(byName(lying)).toEqual(byName(dashboardFiles(dashboards)));
  });

  it('are all handed to Grafana on Kubernetes', () => {
    const generator = z.object({ files: z.array(z.string()) });
    const { configMapGenerator } = z
      .object({ configMapGenerator: z.array(generator) })
      .parse(yamlOf('deploy/grafana/kustomization.yaml'));
    const handed = configMapGenerator.flatMap(({ files }) => files).toSorted();
    expect(handed).toEqual(
      dashboardFiles(dashboards)
        .map(({ name }) => `dashboards/${name}`)
        .toSorted(),
    );
  });

  it('have panels that do not overlap, and uids that are theirs alone', () => {
    const panelSchema = z.object({
      gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
    });
    for (const { text } of dashboardFiles(dashboards)) {
      const { panels } = z.object({ panels: z.array(panelSchema) }).parse(JSON.parse(text));
      const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
        Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
      );
      expect(new Set(cells).size).toBe(cells.length);
    }
    expect(new Set(dashboards.map(({ uid }) => uid)).size).toBe(dashboards.length);
  });

  it('show the metrics of a database that is refused or went back, with a line where their alerts begin', () => {
    const panels = dashboards.flatMap(({ sections }) => sections).flatMap((section) => section.panels);
    for (const metric of [metricCatalog.databaseRefused, metricCatalog.databaseReturns]) {
      const shown = panels.filter(({ queries }) =>
        queries.some(({ expr }) => expr.includes(prometheusName(metric))),
      );
      expect(shown.map(({ alarmFrom }) => alarmFrom)).toEqual([1]);
    }
    const [file] = dashboardFiles(dashboards).filter(({ text }) => text.includes('Database refused'));
    expect(file?.text).toContain('"thresholdsStyle"');
  });

  it('ask the data sources that are provisioned', () => {
    const { datasources } = z
      .object({ datasources: z.array(z.object({ uid: z.string() })) })
      .parse(yamlOf('deploy/grafana/provisioning/datasources/px0.yaml'));
    const uids = new Set(datasources.map(({ uid }) => uid));
    for (const { text } of dashboardFiles(dashboards)) {
      for (const [, uid = ''] of text.matchAll(/"datasource": \{\s*"type": "\w+",\s*"uid": "(\w+)"/g)) {
        expect(uids).toContain(uid);
      }
    }
  });
});

describe('the alerts', () => {
  const alerts = prometheusRules().filter(({ alert }) => alert !== undefined);

  it('say how bad it is and what it is, and lead to a runbook that is there', () => {
    for (const { alert = '', labels, annotations } of alerts) {
      expect(labels?.['severity'], alert).toMatch(/^(critical|warning|info)$/);
      expect(annotations?.['summary'], alert).toBeTruthy();
      const page =
        /^\{\{ with \$externalLabels\.px0_origin \}\}\{\{ \. \}\}\{\{ else \}\}https:\/\/[^{]+\{\{ end \}\}\/docs\/(runbooks\/[a-z-]+\.md)$/.exec(
          annotations?.['runbook_url'] ?? '',
        )?.[1] ?? '';
      expect(existsSync(join(root, 'docs', page)), `${alert}: docs/${page}`).toBe(true);
      const text = textOf(`docs/${page}`);
      expect(text, alert).toContain(`\`${alert}\``);
      for (const heading of ['Meaning', 'Impact', 'Diagnosis', 'Mitigation']) {
        expect(text, alert).toContain(`\n## ${heading}\n`);
      }
    }
  });

  it('are explained only by causes that an alert names', () => {
    const values = (label: string) => alerts.flatMap(({ labels }) => labels?.[label]?.split(',') ?? []);
    const causes = new Set(values('cause'));
    expect(values('symptom_of').filter((cause) => !causes.has(cause))).toEqual([]);
    const configuration = textOf('deploy/alertmanager/alertmanager.yml');
    for (const cause of new Set(values('symptom_of')))
      expect(configuration).toContain(`source_matchers: ['cause="${cause}"']`);
  });

  it('are evaluated every 15 s, by whichever Prometheus: 90 s leave no room for the 30 s of the operator', () => {
    expect(ruleGroups().map(({ interval }) => interval)).toEqual(ruleGroups().map(() => '15s'));
  });

  it('are tested each, in a case in which it fires and in one in which it does not', () => {
    const tests = textOf('deploy/prometheus/tests/alerts.test.yml');
    for (const { alert = '' } of alerts) {
      expect(tests).toContain(`${alert} fires`);
      expect(tests).toContain(`${alert} stays quiet`);
    }
  });
});

describe.skipIf(!(await hasTool('promtool')))('promtool', () => {
  it('accepts the configuration and every rule', async () => {
    await runTool(
      'promtool',
      'check',
      'config',
      '--syntax-only',
      join(root, 'deploy/prometheus/prometheus.yml'),
    );
    await runTool('promtool', 'check', 'rules', ...ruleFiles.map((file) => join(root, file)));
  });

  it.each([
    ['each alert fires when it is meant to, and only then', 'alerts'],
    ['the death of a process is seen within 90 s, and an orderly stop is none', 'death'],
    ['each cause raises the alerts that Alertmanager is tested with', 'causes'],
  ])('finds that %s', async (_, name) => {
    await runTool('promtool', 'test', 'rules', join(root, `deploy/prometheus/tests/${name}.test.yml`));
  });
});

const pipelineSchema = z.object({
  receivers: z.array(z.string()),
  processors: z.array(z.string()),
  exporters: z.array(z.string()),
});
const componentsSchema = z.record(z.string(), z.unknown());
const collectorSchema = z.object({
  extensions: componentsSchema,
  receivers: componentsSchema,
  processors: componentsSchema,
  connectors: componentsSchema,
  exporters: componentsSchema,
  service: z.object({
    extensions: z.array(z.string()),
    pipelines: z.record(z.string(), pipelineSchema),
  }),
});

describe('the Collector', () => {
  const collector = collectorSchema.parse(yamlOf('deploy/otel-collector/config.yaml'));
  const pipelines = Object.values(collector.service.pipelines);

  it('uses in its pipelines what is declared, and declares what is used', () => {
    const connectors = Object.keys(collector.connectors);
    const named = (kind: 'receivers' | 'processors' | 'exporters') =>
      new Set(pipelines.flatMap((pipeline) => pipeline[kind]));
    expect(named('receivers')).toEqual(new Set([...Object.keys(collector.receivers), ...connectors]));
    expect(named('processors')).toEqual(new Set(Object.keys(collector.processors)));
    expect(named('exporters')).toEqual(new Set([...Object.keys(collector.exporters), ...connectors]));
    expect(collector.service.extensions).toEqual(Object.keys(collector.extensions));
  });

  it('bounds its memory first and batches last', () => {
    for (const { processors } of pipelines) {
      expect(processors.at(0)).toBe('memory_limiter');
      expect(processors.at(-1)).toBe('batch');
    }
  });

  it('keeps every error, everything slow and what a caller samples, and a share of the rest', () => {
    const { policies } = z
      .object({ policies: z.array(z.object({ name: z.string(), type: z.string() }).loose()) })
      .parse(collector.processors['tail_sampling']);
    const types = policies.map(({ type }) => type);
    expect(types).toEqual([
      'status_code',
      'numeric_attribute',
      'latency',
      'and',
      'boolean_attribute',
      'probabilistic',
    ]);
    expect(policies).toContainEqual(
      expect.objectContaining({ boolean_attribute: { key: CALLER_SAMPLED_ATTRIBUTE, value: true } }),
    );
    for (const route of [routes.renderLive.path, routes.renderVersion.path]) {
      expect(JSON.stringify(policies)).toContain(JSON.stringify(route));
    }
  });

  it('makes exemplars of traces that were kept, in the format that has them', () => {
    const { traces, metrics } = collector.service.pipelines;
    expect(traces?.exporters).toContain('span_metrics');
    expect(metrics?.receivers).toContain('span_metrics');
    expect(collector.connectors['span_metrics']).toMatchObject({ exemplars: { enabled: true } });
    expect(collector.exporters['prometheus']).toMatchObject({ enable_open_metrics: true });
  });

  it('sends traces where Tempo listens, and is scraped where it exports', () => {
    const tempo = JSON.stringify(yamlOf('deploy/tempo/tempo.yaml'));
    expect(collector.exporters['otlp_grpc/tempo']).toMatchObject({ endpoint: 'tempo:4317' });
    expect(tempo).toContain('0.0.0.0:4317');
    expect(collector.exporters['prometheus']).toMatchObject({ endpoint: '0.0.0.0:8889' });
    expect(textOf('deploy/prometheus/prometheus.yml')).toContain('"otel-collector:8889"');
  });
});
