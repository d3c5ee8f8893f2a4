/** Builds Grafana dashboards, so that a definition says what is shown and nothing about JSON. Panels are laid out three to a row. */

export interface Query {
  readonly expr: string;
  /** `{{label}}` shows a label's value. */
  readonly legend: string;
  /** Shows dots that lead from the histogram to the trace. */
  readonly exemplars?: boolean;
}

export type Unit =
  | 'short'
  | 's'
  | 'reqps'
  | 'ops'
  | 'bytes'
  | 'Bps'
  | 'percentunit'
  | 'none'
  | 'bool_on_off'
  | 'cores';

export interface PanelDefinition {
  readonly title: string;
  /** What a number outside of the usual means. */
  readonly description: string;
  readonly kind?: 'timeseries' | 'stat';
  readonly unit: Unit;
  /** Values from here on are what an alert is raised for; shown as a red line. */
  readonly alarmFrom?: number;
  readonly queries: readonly Query[];
}

export interface Section {
  readonly title: string;
  readonly panels: readonly PanelDefinition[];
}

export interface Variable {
  readonly name: string;
  readonly label: string;
  /** `label_values(metric, label)`. */
  readonly query: string;
}

export interface DashboardDefinition {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly Variable[];
  readonly sections: readonly Section[];
}

const PROMETHEUS = { type: 'prometheus', uid: 'prometheus' };
const COLUMNS = 3;
const PANEL = { w: 8, h: 8 };

/** The dashboard as Grafana's provisioning reads it. */
export function grafanaDashboard(definition: DashboardDefinition): object {
  return {
    uid: definition.uid,
    title: definition.title,
    description: definition.description,
    tags: ['px0'],
    schemaVersion: 39,
    editable: false,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    timezone: 'browser',
    links: [
      {
        type: 'dashboards',
        tags: ['px0'],
        title: 'px0',
        asDropdown: true,
        includeVars: true,
        keepTime: true,
      },
    ],
    templating: { list: definition.variables.map(variable) },
    panels: panels(definition.sections),
  };
}

function variable({ name, label, query }: Variable): object {
  return {
    name,
    label,
    type: 'query',
    datasource: PROMETHEUS,
    query: { query, refId: name },
    refresh: 2,
    includeAll: true,
    multi: true,
    allValue: '.*',
    current: { text: 'All', value: '$__all' },
    sort: 1,
  };
}

function panels(sections: readonly Section[]): object[] {
  const result: object[] = [];
  let y = 0;
  for (const section of sections) {
    result.push({
      id: result.length + 1,
      type: 'row',
      title: section.title,
      gridPos: { x: 0, y, w: 24, h: 1 },
      panels: [],
    });
    y += 1;
    for (const [index, definition] of section.panels.entries()) {
      const gridPos = {
        x: (index % COLUMNS) * PANEL.w,
        y: y + Math.floor(index / COLUMNS) * PANEL.h,
        ...PANEL,
      };
      result.push({ id: result.length + 1, gridPos, ...panel(definition) });
    }
    y += Math.ceil(section.panels.length / COLUMNS) * PANEL.h;
  }
  return result;
}

/** The line at which an alert is raised. */
function alarm(from: number): object {
  return {
    thresholds: {
      mode: 'absolute',
      steps: [
        { color: 'green', value: null },
        { color: 'red', value: from },
      ],
    },
    custom: { thresholdsStyle: { mode: 'line' } },
  };
}

function panel(definition: PanelDefinition): object {
  const { title, description, kind = 'timeseries', unit, alarmFrom, queries } = definition;
  return {
    type: kind,
    title,
    description,
    datasource: PROMETHEUS,
    fieldConfig: {
      defaults: { unit, min: 0, ...(alarmFrom !== undefined && alarm(alarmFrom)) },
      overrides: [],
    },
    options:
      kind === 'stat'
        ? { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: 'value' }
        : { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
    targets: queries.map(({ expr, legend, exemplars = false }, index) => ({
      refId: String.fromCharCode(65 + index),
      datasource: PROMETHEUS,
      expr,
      legendFormat: legend,
      exemplar: exemplars,
    })),
  };
}
