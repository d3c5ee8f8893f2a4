export { createMailer } from './create-mailer.ts';
export type { Mail, Mailer } from './mail.ts';
export { MailQueue, type MailWriter } from './mail-queue.ts';
export {
  addedToTeamMail,
  alreadyRegisteredMail,
  emailChangedMail,
  passwordResetMail,
  verificationMail,
} from './messages.ts';
