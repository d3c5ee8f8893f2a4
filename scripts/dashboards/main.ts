/** `npm run dashboards`: writes the dashboards that Grafana's provisioning reads. The files are in git; a test fails when one is stale. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dashboards } from './dashboards.ts';
import { dashboardFiles } from './files.ts';

const folder = join(import.meta.dirname, '..', '..', 'deploy', 'grafana', 'dashboards');
mkdirSync(folder, { recursive: true });
for (const { name, text } of dashboardFiles(dashboards)) {
  writeFileSync(join(folder, name), text);
  process.stdout.write(`wrote deploy/grafana/dashboards/${name}\n`);
}
