import type { IncomingMessage, ServerResponse } from 'node:http';

/** Tells a proxy that the request is under way, so that it waits longer. No other client: there are some that take no interim answer but 100. */
export function sayProcessing(req: IncomingMessage, res: ServerResponse): void {
  const isFromProxy = req.headers['x-forwarded-for'] !== undefined;
  if (isFromProxy && req.httpVersion !== '1.0') res.writeProcessing();
}
