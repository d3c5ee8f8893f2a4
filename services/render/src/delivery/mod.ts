export { DeliveryRequests } from './request/delivery-requests.ts';
export { DeliveryView } from './view/delivery-view.ts';
export { positionOf, type StreamPosition } from './view/stream-position.ts';
