/**
 * One request's body for one route. The bytes are read once, before the handler; they are validated when the handler asks,
 * because the contract puts that check at a different point for each operation.
 */
import type { IncomingMessage } from 'node:http';
import { BadBody, bodyOrHint, type RouteDefinition } from '@px0/contracts';
import { ApiError } from '../errors.ts';
import {
  isJsonMediaType,
  jsonText,
  readBody,
  refuseDeclaredOversize,
  requireJsonText,
} from './request-body.ts';

export class RequestBody {
  readonly #req: IncomingMessage;
  readonly #route: RouteDefinition;
  #bytes: Promise<Buffer> | undefined;
  #read: Buffer | undefined;

  constructor(req: IncomingMessage, route: RouteDefinition) {
    this.#req = req;
    this.#route = route;
  }

  /** Reads the bytes, once, however often a decision is repeated. A route without body only has its declared length judged. */
  async read(): Promise<void> {
    if (this.#route.body === null) {
      refuseDeclaredOversize(this.#req);
      return;
    }
    this.#bytes ??= readBody(this.#req, this.#route.bodyLimit);
    this.#read = await this.#bytes;
  }

  /** The bytes, which may be JSON and have not been parsed. @throws ApiError invalidRequestBody */
  bytes(): Buffer {
    const bytes = this.#read ?? Buffer.alloc(0);
    requireJsonText(this.#req.headers['content-type'], bytes);
    return bytes;
  }

  /** @throws ApiError invalidRequestBody */
  parsed(): object {
    if (this.#route.body === null) return {};
    const contentType = this.#req.headers['content-type'];
    const bytes = this.#read ?? Buffer.alloc(0);
    if (this.#route.bodyPresence === 'optional' && (bytes.length === 0 || !isJsonMediaType(contentType)))
      return {};
    const text = jsonText(contentType, bytes);
    const parsed = bodyOrHint(this.#route, text);
    if (parsed instanceof BadBody) throw new ApiError('invalidRequestBody', { hint: parsed.hint });
    return parsed;
  }
}
