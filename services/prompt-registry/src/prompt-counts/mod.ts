export { promptCountRoutes } from './routes.ts';
