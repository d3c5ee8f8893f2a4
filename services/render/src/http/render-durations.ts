/** Measures renders for the HTTP metric that every service has, without a look-up for those that succeed. */
import { routes } from '@px0/contracts';
import { requestDurations } from '@px0/service-kit';

type Measured = 'renderLive' | 'renderVersion';

const rendered = {
  renderLive: requestDurations('POST', routes.renderLive.path, routes.renderLive.success.status),
  renderVersion: requestDurations('POST', routes.renderVersion.path, routes.renderVersion.success.status),
};

export function measureRendered(operation: Measured, seconds: number): void {
  rendered[operation].record(seconds);
}

export function measureRefused(operation: Measured, status: number, seconds: number): void {
  requestDurations('POST', routes[operation].path, status).record(seconds);
}
