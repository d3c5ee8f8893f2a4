export { CreateJoinRequest } from './create-join-request.ts';
export { ListInbox } from './list-inbox.ts';
export { ResolveJoinRequest } from './resolve-join-request.ts';
export { joinRequestRoutes } from './routes.ts';
