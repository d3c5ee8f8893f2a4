/** A service that answers a render at once: what remains in the measurement is the proxy. */
import { createServer } from 'node:http';

const body = Buffer.from(JSON.stringify({ rendered: 'Hello Ada, welcome to px0. '.repeat(4), version: 3 }));
const headers = [
  'content-type',
  'application/json; charset=utf-8',
  'content-length',
  String(body.length),
  'cache-control',
  'no-store',
  'px0-revision',
  Buffer.from('1:1700000000000:42').toString('base64url'),
];

createServer((req, res) => {
  req.on('data', () => undefined);
  req.on('end', () => res.writeHead(200, headers).end(body));
}).listen(Number(process.env['PORT']), '127.0.0.1');
