export { observeDelivery, observeReports } from './metrics.ts';
export { reportRoutes } from './reports/routes.ts';
export { type ReportSink, UsageReports } from './reports/usage-reports.ts';
export { DeliveryRequests } from './request/delivery-requests.ts';
export { Listeners } from './stream/listeners.ts';
export { DeliveryView } from './view/delivery-view.ts';
export { positionOf, type StreamPosition } from './view/stream-position.ts';
