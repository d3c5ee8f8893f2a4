export { ChangeEmail } from './change-email.ts';
export { ChangePassword } from './change-password.ts';
export { DeleteAccount } from './delete-account.ts';
export { profileRoutes } from './routes.ts';
export { ShowMe } from './show-me.ts';
