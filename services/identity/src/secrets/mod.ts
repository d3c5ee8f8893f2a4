export { SecretKeys } from './secret-keys.ts';
