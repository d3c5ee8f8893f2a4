export { Belonging } from './belonging.ts';
export { belongingRoutes } from './routes.ts';
