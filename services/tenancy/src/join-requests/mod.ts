export { ListInbox } from './list-inbox.ts';
export { joinRequestRoutes } from './routes.ts';
