/** Dashboards as files. */
import { type DashboardDefinition, grafanaDashboard } from './panels.ts';

export interface DashboardFile {
  readonly name: string;
  readonly text: string;
}

export function dashboardFiles(dashboards: readonly DashboardDefinition[]): DashboardFile[] {
  return dashboards.map((definition) => ({
    name: `${definition.uid}.json`,
    text: `${JSON.stringify(grafanaDashboard(definition), null, 2)}\n`,
  }));
}
