/** A mail, and the interface that sends it. Everything above this interface is the same for all providers. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface Mailer {
  /** Resolves when the provider has accepted the mail. @throws when it refused, or did not answer in time */
  send(mail: Mail): Promise<void>;
}
