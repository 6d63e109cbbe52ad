/** Who somebody is, and what they sign and ask with. */
import * as z from 'zod';
import { ROLES, SCOPES } from '../../flows/ports-login.ts';
import { taken } from './evidence.ts';
import { base64, count, keyKind, list, ms, named, person, text, time } from './words.ts';

export const session = named(
  'Session',
  z.strictObject({
    person: person.nullable(),
    via: z.enum(['demo', 'passkey', 'key', 'oidc', 'token']).nullable(),
    roles: list(z.enum(ROLES)),
    fresh: time.nullable().describe('until when this sign-in is fresh enough to sign with; null: it is not'),
    demo: z.boolean(),
    people: list(person.extend({ teams: list(text), keys: count })).describe('whom one may act as; empty outside demo data'),
    oidc: text.nullable().describe('the identity provider, as its button calls it; null: there is none'),
    organisation: text,
    rpId: text,
  }),
);
export const challenge = named('Challenge', z.strictObject({ challenge: text, rpId: text, allowCredentials: list(text) }));
export const keyTicket = named('KeyTicket', z.strictObject({ ticket: text, origin: text }), { description: 'Signed by a security key of the terminal', page: 'sign-in.md' });
export const ended = named('Ended', z.strictObject({ sessions: count, tokens: count }));

const token = { id: text, name: text, account: text, scopes: list(z.enum(SCOPES)), created: time, until: time };
export const tokens = named('Tokens', z.strictObject({ items: list(named('Token', z.strictObject(token))) }));
export const newToken = named('NewToken', z.strictObject({ ...token, secret: text.describe('shown this once') }));
export const tokenEnded = named('TokenEnded', z.strictObject({ ended: text }));

export const enrolmentBegin = named(
  'EnrolmentBegin',
  z.strictObject({
    ...{ challenge: text, rpId: text, organisation: text },
    user: z.strictObject({ id: text, name: text, displayName: text }),
    excludeCredentials: list(text),
  }),
);
export const enrolled = named('Enrolled', taken.extend({ keyid: text, cosigners: list(text) }), {
  description: 'In demo data: the labelled founders signed at once',
  page: 'enrolment.md',
});
export const proposed = named('Proposed', z.strictObject({ person: text, keyid: text, proposal: base64 }), {
  description: 'Everywhere else: the statement that trustees read and sign',
  page: 'enrolment.md',
});

const key = z.strictObject({ keyid: text, kind: keyKind, since: ms });
export const roster = named(
  'People',
  z.strictObject({
    items: list(person.extend({ teams: list(text), domains: list(text), keys: list(key) })),
    agents: list(z.strictObject({ id: text, owner: text })),
  }),
);
