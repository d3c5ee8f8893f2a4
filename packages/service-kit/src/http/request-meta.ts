/** Small facts about a request: its id, its path, its query. Each accepts anything a client can send. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** An incoming id is taken over when it is harmless in a log line and a header; longer or stranger ones are replaced. */
const SANE_REQUEST_ID = /^[A-Za-z0-9._:/+=-]{1,128}$/;

/** The request's id: the caller's own, so that one id follows a request through all services, else a new one. */
export function requestIdOf(req: IncomingMessage): string {
  return givenRequestId(req) ?? randomUUID();
}

/** The id that the caller gave the request, if it gave a harmless one. */
export function givenRequestId(req: IncomingMessage): string | undefined {
  const given = req.headers['x-request-id'];
  return typeof given === 'string' && SANE_REQUEST_ID.test(given) ? given : undefined;
}

/** The path of a request target, without query; the origin of an absolute-form target (`GET http://host/path`) is dropped. */
export function pathOf(target: string): string {
  const end = target.indexOf('?');
  const path = end === -1 ? target : target.slice(0, end);
  if (path.startsWith('/')) return path;
  const origin = /^https?:\/\/[^/]*/i.exec(path);
  return origin === null ? path : path.slice(origin[0].length) || '/';
}

/** The names and values of a query, in their order. */
export function queryPairsOf(target: string): [name: string, value: string][] {
  const start = target.indexOf('?');
  if (start === -1) return [];
  return [...new URLSearchParams(target.slice(start + 1))].map(([name, value]) => [name, withoutNul(value)]);
}

/** The value of one parameter of a query; the first counts where it is repeated. */
export function queryValueOf(target: string, name: string): string | undefined {
  return queryPairsOf(target).find(([other]) => other === name)?.[1];
}

/** Postgres refuses U+0000 in a text with an error; the replacement character merely matches nothing. */
export function withoutNul(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text;
}
