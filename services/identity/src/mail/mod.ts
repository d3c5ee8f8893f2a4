export { type CodeMailWriters, createMailQueue } from './create-mail-queue.ts';
export { createMailer } from './create-mailer.ts';
export type { Mail, Mailer } from './mail.ts';
export type { MailQueue } from './mail-queue.ts';
export { invitationMail, passwordResetMail, verificationMail } from './messages.ts';
export { readMailBacklog } from './store.ts';
