export { emailKey, requireEmailFormat } from './email-address.ts';
export {
  compactLedger,
  endAllSessions,
  endOtherSessions,
  endSession,
  revokedText,
  type SessionLedger,
} from './session-ledger.ts';
export {
  deleteUser,
  findUser,
  findUserByEmail,
  insertUser,
  lockUser,
  setEmail,
  setPassword,
  setVerified,
} from './store.ts';
export { type Account, type Placement, type User, userOnWire } from './user.ts';
