export { Change, type EventWriter } from './change.ts';
export { Changes } from './changes.ts';
export { leftToRelay } from './left-to-relay.ts';
