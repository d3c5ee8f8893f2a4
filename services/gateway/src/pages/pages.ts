/**
 * What the gateway serves itself outside `/v1`: health, the API description, the API explorer, the documentation, the console. None
 * of it is hot, so it is an express app.
 */
import type { RequestListener } from 'node:http';
import { buildOpenApi } from '@px0/contracts';
import { healthRoutes, type Logger, listenerOf } from '@px0/service-kit';
import express from 'express';
import type { Upstream } from '../upstreams/upstream.ts';
import { mountApiReference } from './api-reference.ts';
import { mountBuiltConsole } from './built-console.ts';
import { mountCrawlerFiles } from './crawlers.ts';
import { mountDocumentation } from './documentation.ts';
import { mountNotFound } from './not-found.ts';

export interface PagesOptions {
  readonly upstreams: readonly Upstream[];
  /** False while the process is shutting down. */
  readonly isServing: () => boolean;
  /** Names and values in turn. */
  readonly securityHeaders: readonly string[];
  readonly consoleDirectory: string | undefined;
  readonly consoleHeaders: (nonce: string) => readonly string[];
  readonly docsDirectory: string | undefined;
  readonly logger: Logger;
}

export function createPages(options: PagesOptions): RequestListener {
  const app = express();
  app.disable('x-powered-by');
  app.use((_req, res, next) => {
    for (let i = 0; i < options.securityHeaders.length; i += 2) {
      res.setHeader(options.securityHeaders[i] ?? '', options.securityHeaders[i + 1] ?? '');
    }
    next();
  });
  mountHealth(app, options);
  mountDescription(app);
  mountApiReference(app, options);
  mountCrawlerFiles(app, options.docsDirectory);
  mountDocumentation(app, options.docsDirectory);
  mountConsole(app, options);
  mountNotFound(app);
  return listenerOf(app, options.logger);
}

/**
 * Ready means that this process forwards; it stays so when an upstream is down, since the others' routes go on.
 * `/readyz?verbose` shows each upstream and its replicas, with their breakers.
 */
function mountHealth(app: express.Express, { upstreams, isServing }: PagesOptions): void {
  app.get('/readyz', (req, res, next) => {
    if (req.query['verbose'] === undefined) {
      next();
      return;
    }
    res
      .set('Cache-Control', 'no-store')
      .status(isServing() ? 200 : 503)
      .json({
        ready: isServing(),
        upstreams: Object.fromEntries(upstreams.map((one) => [one.name, stateOf(one)])),
      });
  });
  healthRoutes(app, { ready: () => ({ ready: isServing(), details: {} }) });
}

function stateOf(upstream: Upstream): object {
  return {
    breaker: upstream.breakerState,
    pending: upstream.pending,
    replicas: upstream.replicas.map((replica) => ({
      url: replica.origin,
      breaker: replica.breaker.state,
      pending: replica.pending,
      resting: replica.isResting,
    })),
  };
}

function mountDescription(app: express.Express): void {
  // Derived from the contract, which does not change while a process lives.
  let text: string | undefined;
  app.get('/openapi.json', (_req, res) => {
    text ??= JSON.stringify(buildOpenApi());
    // Public, and read by tools of any origin.
    res
      .set({ 'Cache-Control': 'public, max-age=300', 'Access-Control-Allow-Origin': '*' })
      .type('json')
      .send(text);
  });
}

function mountConsole(app: express.Express, { consoleDirectory, consoleHeaders }: PagesOptions): void {
  if (consoleDirectory !== undefined) {
    mountBuiltConsole(app, consoleDirectory, consoleHeaders);
    return;
  }
  app.get('/', (req, res) => {
    // A person gets a page to read, a program what it can follow.
    if (req.accepts(['json', 'html']) === 'html') res.redirect('/docs/api');
    else res.json({ name: 'px0', api: '/v1', description: '/openapi.json', reference: '/docs/api' });
  });
}
