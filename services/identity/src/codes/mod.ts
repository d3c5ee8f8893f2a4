export { codeMailWriters } from './mail-codes.ts';
export { codeRoutes } from './routes.ts';
export { deleteExpiredCodes, deleteReset, voidCodes } from './store.ts';
