/** The least proxy that undici makes possible: `Pool.dispatch`, and nothing that a gateway is for. The yardstick. */
import { createServer } from 'node:http';
import { Pool } from 'undici';

const pool = new Pool(process.env['RENDER_URL'] ?? '', { connections: 128 });

createServer((req, res) => {
  const { connection: _hop, 'transfer-encoding': chunked, ...headers } = req.headers;
  const hasBody = chunked !== undefined || headers['content-length'] !== undefined;
  pool.dispatch(
    { path: req.url ?? '/', method: req.method ?? 'GET', headers, body: hasBody ? req : null },
    {
      onRequestStart: () => undefined,
      onResponseStart: (_controller, status, { connection: _gone, 'keep-alive': _too, ...answer }) => {
        res.writeHead(status, answer);
      },
      onResponseData: (controller, chunk) => {
        if (res.write(chunk)) return;
        controller.pause();
        res.once('drain', () => controller.resume());
      },
      onResponseEnd: () => res.end(),
      onResponseError: () => res.writeHead(502).end(),
    },
  );
}).listen(Number(process.env['PORT']), '127.0.0.1');
