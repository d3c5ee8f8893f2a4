/** Requests through Node's own `http`. Unlike the package's main face, this one needs Node. */

export { sendByNode } from './node-transport.ts';
export type { SentRequest } from './sent-request.ts';
