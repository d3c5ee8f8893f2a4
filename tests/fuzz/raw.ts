/** HTTP as bytes on a socket: what no client library would send, and exactly what comes back. */
import { connect } from 'node:net';

/** How long a server may stay silent before its silence is the result: it waits for more, as it may. */
const SILENCE_MS = 2_000;

export interface RawAnswer {
  /** The status codes of all answers on the connection. */
  readonly statuses: readonly number[];
  readonly text: string;
}

/** Sends the bytes, ends its side unless told to keep it open, and reads until the connection ends or is silent. */
export function sendRaw(url: string, bytes: Uint8Array | string, silenceMs = SILENCE_MS): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect({ host: hostname, port: Number(port), timeout: silenceMs });
    let connected = false;
    const finish = () => {
      socket.destroy();
      const text = Buffer.concat(chunks).toString('latin1');
      const statuses = [...text.matchAll(/^HTTP\/1\.[01] (\d{3})/gm)].map(([, status]) => Number(status));
      resolve({ statuses, text });
    };
    socket.on('connect', () => {
      connected = true;
      socket.write(bytes);
    });
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('timeout', finish);
    socket.on('close', finish);
    // A reset in the middle is an answer, too; a server that does not accept at all is down.
    socket.on('error', (error) => (connected ? finish() : reject(error)));
  });
}
