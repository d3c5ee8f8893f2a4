/** Writes Brotli and gzip versions of each file at the highest level. The gateway sends the one that the browser accepts. */
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import type { Plugin } from 'vite';

const compressions = [
  ['br', promisify<Buffer, Buffer>(brotliCompress)],
  ['gz', (source: Buffer) => promisify<Buffer, object, Buffer>(gzip)(source, { level: 9 })],
] as const;

export function precompress(): Plugin {
  return {
    name: 'px0-precompress',
    apply: 'build',
    generateBundle: {
      order: 'post',
      async handler(_options, bundle) {
        const files = Object.entries(bundle).filter(([fileName]) => /\.(?:js|css|svg)$/.test(fileName));
        const jobs = files.flatMap(([fileName, file]) =>
          compressions.map(async ([ending, compress]) => {
            const source = await compress(Buffer.from(file.type === 'chunk' ? file.code : file.source));
            this.emitFile({ type: 'asset', fileName: `${fileName}.${ending}`, source });
          }),
        );
        await Promise.all(jobs);
      },
    },
  };
}
