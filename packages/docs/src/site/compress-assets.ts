/** Writes a gzip version beside each script and style of the site: the index of the search alone has megabytes. The gateway sends them to whoever takes them. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const compress = promisify<Buffer, object, Buffer>(gzip);

export async function compressAssets(folder: string): Promise<void> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => /\.(?:js|css)$/.test(name));
  for (const name of names) {
    const file = join(folder, name);
    await writeFile(`${file}.gz`, await compress(await readFile(file), { level: 9 }));
  }
}
