export { deleteExpiredCodes, deleteReset, voidCodes } from './code-store.ts';
export { codeMailWriters } from './mail-codes.ts';
export { ResetPassword } from './reset-password.ts';
export { codeRoutes } from './routes.ts';
export { TriggerReset } from './trigger-reset.ts';
export { TriggerVerification } from './trigger-verification.ts';
export { VerifyEmail } from './verify-email.ts';
