export { deleteExpiredCodes, deleteReset, voidCodes } from './code-store.ts';
export { codeMailWriters } from './mail-codes.ts';
export { codeRoutes } from './routes.ts';
