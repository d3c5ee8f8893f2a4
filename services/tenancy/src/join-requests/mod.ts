export { JoinRequests } from './join-requests.ts';
export { joinRequestRoutes } from './routes.ts';
