export { ListPeople } from './list-people.ts';
export { peopleRoutes } from './routes.ts';
