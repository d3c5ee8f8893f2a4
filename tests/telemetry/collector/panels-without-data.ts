/** Panels that show nothing on a healthy platform of one machine under a short load, and why. `npm run test:dashboards` fails on any other. */

interface WithoutData {
  /** Title of a dashboard, or of one of its panels after a colon. */
  readonly where: string;
  readonly reason: string;
}

export const panelsWithoutData: readonly WithoutData[] = [
  { where: 'px0 / Control plane: Errors by route', reason: 'no request is answered with 5xx' },
  {
    where: 'px0 / Render tier: Duration of heavy renders',
    reason: 'no render takes long enough for a worker thread',
  },
  ...[
    'Relays connected',
    ...['Staleness', 'Renders', 'Streams', 'Prompts', 'Memory'].map((of) => `${of} of relays`),
  ].map((panel) => ({ where: `px0 / Delivery: ${panel}`, reason: 'the test has no relay' })),
  { where: 'px0 / NATS', reason: 'the test has no exporter of NATS: its Go module cannot be had' },
  { where: 'px0 / Redis', reason: 'the test has no Redis and no exporter of it' },
];
