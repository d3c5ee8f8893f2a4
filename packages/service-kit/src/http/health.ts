/**
 * `/healthz`: the process runs its event loop. `/readyz`: it can serve, or 503 with the reasons, so that supervisors and load
 * balancers send requests elsewhere. Neither is logged per request, and neither touches a store.
 */
import type express from 'express';

export interface Readiness {
  readonly ready: boolean;
  /** What readiness consists of, by name; shown to operators, so without secrets. */
  readonly details: Readonly<Record<string, unknown>>;
}

export interface HealthOptions {
  /** `url`: of the request, with its query. */
  ready(url: string): Readiness | Promise<Readiness>;
}

/** Mounts both paths. Mount them before anything that authenticates. */
export function healthRoutes(app: express.Express, options: HealthOptions): void {
  app.get('/healthz', (_req, res) => {
    res.set('Cache-Control', 'no-store').json({ status: 'ok' });
  });
  app.get('/readyz', async (req, res) => {
    const { ready, details } = await options.ready(req.url);
    res
      .set('Cache-Control', 'no-store')
      .status(ready ? 200 : 503)
      .json({ ready, ...details });
  });
}
