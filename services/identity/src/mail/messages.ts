/** The texts of the mails. */
import type { Mail } from './mail.ts';

export function verificationMail(to: string, code: string): Mail {
  return compose(to, 'Your px0 verification code', [
    'Welcome to px0. To verify your e-mail address, enter this code:',
    { code },
    'It is good for 15 minutes. If you did not register, ignore this mail.',
  ]);
}

export function passwordResetMail(to: string, code: string): Mail {
  return compose(to, 'Reset your px0 password', [
    'To set a new password, enter this code:',
    { code },
    'It is good for 15 minutes and can be used once. If you did not ask for it, ignore this mail: your password is unchanged.',
  ]);
}

export function emailChangedMail(to: string): Mail {
  return compose(to, 'The e-mail address of your px0 account was changed', [
    'Your px0 account now has another e-mail address. Mails no longer come here.',
    'If that was not you, tell the administrator of your px0 installation at once.',
  ]);
}

export function alreadyRegisteredMail(to: string): Mail {
  return compose(to, 'You already have a px0 account', [
    'Somebody, perhaps you, tried to register with this e-mail address. You have an account already: log in, or reset your password.',
  ]);
}

export function addedToTeamMail(to: string): Mail {
  return compose(to, 'You were added to a team on px0', [
    'Somebody who administers a team on px0 has added you to it. You find its prompts among yours when you log in.',
    'If you do not want to be in it, leave the team: nobody needs to agree.',
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
