export { Register } from './register.ts';
export { registrationRoutes } from './routes.ts';
