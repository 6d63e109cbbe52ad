/** Of the composition root: founders who bring a passkey are waited for, before there is a log. */
import { randomBytes } from 'node:crypto';
import { ok, type Result } from './core/base/result.ts';
import type { EnrolmentSubject } from './core/signoff/enrolment.ts';
import type { Founding, Invited } from './flows/founding.ts';
import { asset } from './world-asset.ts';

export interface FoundingOptions {
  readonly organisation: string;
  /** Where people open pages. */
  readonly url: string;
  readonly invited: readonly Invited[];
  readonly brought: readonly EnrolmentSubject[];
  /** Milliseconds. */
  readonly lifetime: number;
  readonly host: string;
  readonly port: number;
  readonly log: (line: string) => void;
}

export interface WaitingForFounders extends Pick<Founding, 'whole'> {
  readonly links: readonly { readonly person: string; readonly link: string }[];
  close(): Promise<void>;
}

/** Problem: USAGE, where the address cannot be listened on. */
export async function waitForFounders({ organisation, url, invited, brought, lifetime, host, port, log }: FoundingOptions): Promise<Result<WaitingForFounders>> {
  const [{ founding }, { linkOf, listenForFounders }] = await Promise.all([import('./flows/founding.ts'), import('./server/founding.ts')]);
  const { hostname, origin } = new URL(url);
  const made = founding(invited, { rpId: hostname, origins: [origin], organisation, brought, lifetime, now: Date.now, random: () => new Uint8Array(randomBytes(32)) });
  const door = await listenForFounders({ founding: made, url: origin, webRoot: asset('web', '../dist/web'), log }, { host, port });
  if (!door.ok) return door;
  return ok({ links: made.links.map(({ person, secret }) => ({ person, link: linkOf(origin, secret) })), whole: made.whole, close: door.value.close });
}
