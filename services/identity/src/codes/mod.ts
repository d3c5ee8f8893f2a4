export { deleteExpiredCodes, deleteReset, voidCodes } from './code-store.ts';
export { passwordResetMailWriter, verificationMailWriter } from './mail-codes.ts';
export { createResetPassword } from './reset-password.ts';
export { codeRoutes } from './routes.ts';
export { createTriggerReset, createTriggerVerification } from './trigger-mails.ts';
export { createVerifyEmail } from './verify-email.ts';
