/**
 * The same program as `lines` of the Python and Go SDKs, for an SDK in any folder: `node typescript-lines.ts SDK SNAPSHOT` renders what it
 * is asked for, line by line, JSON in and JSON out.
 */
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const [sdk = '', snapshotFile = ''] = process.argv.slice(2);
const { Px0 }: typeof import('@px0/sdk') = await import(pathToFileURL(sdk).href);

await using px0 = new Px0({ snapshotFile });
for await (const line of createInterface({ input: process.stdin })) {
  const { slug, variables, ...options } = JSON.parse(line);
  const answer = await px0.render(slug, variables, options).then(
    ({ text, source, version }) => ({ text, source, version }),
    (error: unknown) => ({ error: 'failed', message: String(error) }),
  );
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
