export { AcceptSnapshot } from './accept-snapshot.ts';
export { KeepSnapshot } from './keep-snapshot.ts';
export { ReadSnapshot } from './read-snapshot.ts';
export { snapshotRoutes } from './routes.ts';
export { SampleRenders } from './sample-renders.ts';
