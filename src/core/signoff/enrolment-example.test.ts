/** The example beside docs/spec/enrolment.md is a real one: it reads, and its maker vouches for it. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { base64 } from '../base/bytes.ts';
import { attestationOf } from './attestation.ts';
import { statementBytes } from './build.ts';
import { enrolmentIn, enrolmentStatement } from './enrolment.ts';
import type { Statement } from './statement.ts';
import type { AuthenticatorTrust } from './trust.ts';

const example = JSON.parse(readFileSync(new URL('../../../docs/spec/enrolment.example.json', import.meta.url), 'utf8')) as {
  statement: Statement<{ nonce: string; expires: string }>;
  authenticators: AuthenticatorTrust;
};
const at = { rpId: 'countersign.example', mode: 'production' } as const;

it('reads, and is written again byte for byte', () => {
  const bytes = statementBytes(example.statement);
  const read = enrolmentIn(bytes, at);
  if (!read.ok) throw new Error(read.error.message);
  expect(statementBytes(enrolmentStatement(read.value, at.rpId, example.statement.predicate.nonce, example.statement.predicate.expires))).toEqual(bytes);
});

it('is vouched for by the maker it pins, while that maker’s certificates hold, and by nobody else', () => {
  const read = enrolmentIn(statementBytes(example.statement), at);
  if (!read.ok) throw new Error(read.error.message);
  const key = { ...read.value, since: Date.UTC(2026, 10, 20) };
  const judged = (change: object, authenticators: AuthenticatorTrust | undefined = example.authenticators) =>
    attestationOf({ ...key, ...change }, { ...at, ...(authenticators === undefined ? {} : { authenticators }) }).ok;
  expect(judged({})).toBe(true);
  expect(judged({ since: Date.UTC(2050, 0, 1) })).toBe(false);
  expect(judged({}, { roots: [base64(new Uint8Array(9))] })).toBe(false);
  expect(judged({ blob: base64(new Uint8Array(9)) })).toBe(false);
});

it.each([
  ['an end that is no time', { expires: 'soon' }],
  ['an end without a zone', { expires: '2029-11-20T00:00:00' }],
  ['an attestation without client data', { attestation: { object: 'AA==' } }],
  ['an attestation that is no base64', { attestation: { object: '!', clientData: 'AA==' } }],
  ['a verdict somebody else came to', { attested: true }],
])('%s is refused', (_, change) => {
  const { predicate } = example.statement as Statement<{ nonce: string; key?: object }>;
  const statement = { ...example.statement, predicate: { ...predicate, key: { ...predicate.key, ...change } } };
  expect(enrolmentIn(statementBytes(statement), at)).toMatchObject({ ok: false, error: { code: 'ST_TYPE' } });
});
