/** The texts of the mails. */
import type { Mail } from './mail.ts';

export function verificationMail(to: string, code: string): Mail {
  return compose(to, 'Your px0 verification code', [
    'Welcome to px0. To verify your e-mail address, enter this code:',
    { code },
    'It is valid for 15 minutes. If you did not register, ignore this mail.',
  ]);
}

export function passwordResetMail(to: string, code: string): Mail {
  return compose(to, 'Reset your px0 password', [
    'To set a new password, enter this code:',
    { code },
    'It is valid for 15 minutes and can be used once. If you did not request it, ignore this mail: your password is unchanged.',
  ]);
}

export function emailChangedMail(to: string): Mail {
  return compose(to, 'The e-mail address of your px0 account was changed', [
    'Your px0 account now has another e-mail address. You will get no more mails at this one.',
    'If that was not you, tell the administrator of your px0 installation at once.',
  ]);
}

export function alreadyRegisteredMail(to: string): Mail {
  return compose(to, 'You already have a px0 account', [
    'Someone, perhaps you, tried to register with this e-mail address. You already have an account: log in, or reset your password.',
  ]);
}

export function addedToTeamMail(to: string): Mail {
  return compose(to, 'You were added to a team on px0', [
    'An admin of a team on px0 has added you to it. You will see its prompts when you log in.',
    'If you do not want to be a member, you can leave the team at any time.',
  ]);
}

type Paragraph = string | { readonly code: string };

function compose(to: string, subject: string, paragraphs: readonly Paragraph[]): Mail {
  const text = paragraphs.map((part) => (typeof part === 'string' ? part : `    ${part.code}`)).join('\n\n');
  const html = paragraphs
    .map((part) =>
      typeof part === 'string'
        ? `<p>${part}</p>`
        : `<p style="font: 1.5em monospace; letter-spacing: 0.1em">${part.code}</p>`,
    )
    .join('\n');
  return {
    to,
    subject,
    text: `${text}\n`,
    html: `<!doctype html>\n<html lang="en">\n<body>\n${html}\n</body>\n</html>\n`,
  };
}
