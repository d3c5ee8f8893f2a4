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

export interface InvitationText {
  readonly to: string;
  /** Address of the person who invites. */
  readonly inviter: string;
  readonly code: string;
  /** Address of the console; undefined: the mail has the code alone. */
  readonly consoleUrl: string | undefined;
}

/** Holds no name of a team or an organization: those are free texts, which px0 would send to anybody. */
export function invitationMail({ to, inviter, code, consoleUrl }: InvitationText): Mail {
  const way: readonly Paragraph[] =
    consoleUrl === undefined
      ? [
          'Log in to px0 or create an account, choose “Accept an invitation” in the inbox, and enter this code:',
        ]
      : [
          'Follow this link to accept, with your account or a new one:',
          // Behind the #, which browsers send to nobody.
          { link: new URL(`/invitation#${code}`, consoleUrl).href },
          'Or enter this code under “Accept an invitation” in the inbox:',
        ];
  return compose(to, `${inviter} invites you to px0`, [
    `${inviter} invites you to join a team on px0.`,
    ...way,
    { code },
    'It is valid for 7 days and can be used once. If you do not know the sender, ignore this mail.',
  ]);
}

type Paragraph = string | { readonly code: string } | { readonly link: string };

function compose(to: string, subject: string, paragraphs: readonly Paragraph[]): Mail {
  const text = paragraphs.map(asText).join('\n\n');
  const html = paragraphs.map(asHtml).join('\n');
  return {
    to,
    subject,
    text: `${text}\n`,
    html: `<!doctype html>\n<html lang="en">\n<body>\n${html}\n</body>\n</html>\n`,
  };
}

function asText(part: Paragraph): string {
  if (typeof part === 'string') return part;
  return `    ${'link' in part ? part.link : part.code}`;
}

function asHtml(part: Paragraph): string {
  if (typeof part === 'string') return `<p>${part}</p>`;
  if ('link' in part) return `<p><a href="${part.link}">${part.link}</a></p>`;
  return `<p style="font: 1.5em monospace; letter-spacing: 0.1em; overflow-wrap: anywhere">${part.code}</p>`;
}
