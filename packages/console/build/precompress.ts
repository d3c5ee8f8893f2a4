/**
 * Writes Brotli and gzip versions of each file at the highest level. The gateway sends the one that the browser accepts. The highest level
 * takes three quarters of the build's time, so `npm start` sets `PX0_COMPRESS_QUICKLY`: its browsers are on the same machine.
 */
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Plugin } from 'vite';

const quickly = process.env['PX0_COMPRESS_QUICKLY'] === '1';
const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: quickly ? 4 : constants.BROTLI_MAX_QUALITY } };

const compressions = [
  ['br', (source: Buffer) => promisify<Buffer, object, Buffer>(brotliCompress)(source, brotli)],
  ['gz', (source: Buffer) => promisify<Buffer, object, Buffer>(gzip)(source, { level: quickly ? 1 : 9 })],
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
