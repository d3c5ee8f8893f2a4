/** `npm run docs:build`: builds the documentation site into `packages/docs/dist/site`, or into the folder that is given. */
import { resolve } from 'node:path';
import { buildSite, siteFolder } from './site/build-site.ts';

endWithParent();
const target = resolve(process.argv[2] ?? siteFolder);
const startedAt = performance.now();
const sections = await buildSite(target);
const pages = sections.flatMap((section) => section.pages).length;
process.stdout.write(
  `${pages} pages in ${target} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)\n`,
);

/** Nobody waits for the result of a build whose launcher is gone. */
function endWithParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(1);
  }, 500).unref();
}
