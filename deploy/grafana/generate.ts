/** `npm run dashboards`: writes the dashboards that Grafana's provisioning reads. The files are in git; a test says when they are old. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dashboards } from './dashboards.ts';
import { dashboardFiles } from './files.ts';

const folder = join(import.meta.dirname, 'dashboards');
mkdirSync(folder, { recursive: true });
for (const { name, text } of dashboardFiles(dashboards)) {
  writeFileSync(join(folder, name), text);
  console.log(`wrote deploy/grafana/dashboards/${name}`);
}
