/**
 * Security headers, by helmet. Those of API answers never vary, so helmet runs once, at start, against a recorder; an answer on the
 * hot path only appends the list. Pages have lists with policies of their own.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet, { type HelmetOptions } from 'helmet';

export interface SecurityHeaders {
  /** Names and values in turn. */
  readonly api: readonly string[];
  readonly pages: readonly string[];
  /** Those of a page of the console, for the nonce that its style elements carry. */
  readonly console: (nonce: string) => readonly string[];
}

/** Stands in the recorded policy where each answer has a nonce of its own. */
const NONCE = 'nonce-of-the-answer';

export function securityHeaders({ hsts }: { readonly hsts: boolean }): SecurityHeaders {
  const common: HelmetOptions = {
    strictTransportSecurity: hsts ? { maxAge: 31_536_000, includeSubDomains: true } : false,
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
  };
  const consoleHeaders = record({
    ...common,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        // No inline script, no eval: what an attacker gets into a page as text stays text.
        scriptSrc: ["'self'"],
        // The editor and the dialogs add style elements; only those that this answer's own script made count.
        styleSrc: ["'self'", `'nonce-${NONCE}'`],
        imgSrc: ["'self'"],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        workerSrc: ["'self'"],
        manifestSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
  });
  return {
    // JSON that a browser was lured to open as a page can load and run nothing.
    api: record({
      strictTransportSecurity: common.strictTransportSecurity ?? false,
      contentSecurityPolicy: {
        useDefaults: false,
        directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
      },
      // The rest of helmet's list concerns documents; an answer of the API is none.
      crossOriginEmbedderPolicy: false,
      crossOriginOpenerPolicy: false,
      crossOriginResourcePolicy: false,
      originAgentCluster: false,
      referrerPolicy: false,
      xDnsPrefetchControl: false,
      xDownloadOptions: false,
      xFrameOptions: false,
      xPermittedCrossDomainPolicies: false,
      xPoweredBy: false,
      xXssProtection: false,
    }),
    pages: record({
      ...common,
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'self'"],
          // No inline script, no eval: what an attacker gets into a page as text stays text.
          scriptSrc: ["'self'"],
          // Component libraries place styles in elements; a style cannot call the API.
          styleSrc: ["'self'", "'unsafe-inline'"],
          imgSrc: ["'self'", 'data:', 'blob:'],
          fontSrc: ["'self'", 'data:'],
          connectSrc: ["'self'"],
          workerSrc: ["'self'", 'blob:'],
          objectSrc: ["'none'"],
          baseUri: ["'none'"],
          formAction: ["'self'"],
          frameAncestors: ["'none'"],
        },
      },
    }),
    console: (nonce) => consoleHeaders.map((text) => text.replace(NONCE, nonce)),
  };
}

function record(options: HelmetOptions): string[] {
  const headers: string[] = [];
  const recorder = {
    setHeader: (name: string, value: string) => headers.push(name, value),
    removeHeader: () => undefined,
  };
  // helmet uses nothing of the two but these methods; a newer one that does would fail here, at start.
  helmet(options)({} as IncomingMessage, recorder as unknown as ServerResponse, () => undefined);
  return headers;
}
