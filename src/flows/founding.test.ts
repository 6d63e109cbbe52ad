/** Links for founders: what each gives, to whom, how often, and how long. */
import { beforeEach, describe, expect, it } from 'vitest';
import { base64url, fromBase64 } from '../core/base/bytes.ts';
import { formatGenesis } from '../core/signoff/genesis.ts';
import { softAuthenticator } from '../testing/authenticator.ts';
import { type Founding, founding } from './founding.ts';

const RP = { rpId: 'countersign.example', origins: ['https://countersign.example'] };
const SOFT = { rpId: RP.rpId, origin: 'https://countersign.example' };
const HOUR = 3_600_000;
let now: number;
let drawn: number;
let open: Founding;
const begun = (people = ['kim', 'lee']) =>
  founding(
    people.map((person) => ({ person, level: 'L7' })),
    { ...RP, organisation: 'Bed', brought: [], lifetime: HOUR, now: () => now, random: () => new Uint8Array(32).fill(drawn++) },
  );
beforeEach(() => {
  now = Date.UTC(2026, 10, 26);
  drawn = 1;
  open = begun();
});

type Soft = ReturnType<typeof softAuthenticator>;
const made = (key: Soft, challenge: string) => ({ credentialId: base64url(key.credentialId), ...key.create(fromBase64(challenge) ?? new Uint8Array(0)) });
const secretOf = (person: string): string => open.links.find((l) => l.person === person)?.secret ?? '';
function comes(person: string, key = softAuthenticator(SOFT)) {
  const asked = open.begin(secretOf(person));
  if (!asked.ok) return asked;
  return open.enrol(secretOf(person), made(key, asked.value.challenge));
}
const code = (answer: { readonly ok: boolean; readonly error?: readonly { readonly code: string }[] }): unknown => (answer.ok ? 'ok' : answer.error?.[0]?.code);

it('ends with a genesis that can be laid out, each founder under the name and level of their link', async () => {
  expect(comes('lee')).toMatchObject({ ok: true, value: { person: 'lee', left: 1 } });
  expect(comes('kim')).toMatchObject({ ok: true, value: { person: 'kim', left: 0 } });
  const founders = await open.whole;
  expect(founders.map((f) => `${f.person} ${f.level} ${f.kind}`)).toEqual(['lee L7 webauthn', 'kim L7 webauthn']);
  expect(formatGenesis({ mode: 'production', origin: 'countersign.example/log', ...RP, organisation: 'Bed', solo: false, founders }).ok).toBe(true);
});

describe('a link', () => {
  it('is good for one key, however often it is opened', () => {
    open.begin(secretOf('kim'));
    expect(code(comes('kim'))).toBe('ok');
    expect([code(comes('kim')), code(open.begin(secretOf('kim')))]).toEqual(['LOGIN_REFUSED', 'LOGIN_REFUSED']);
  });

  it('dies unused with its hour, also where it was begun', () => {
    const asked = open.begin(secretOf('kim'));
    now += HOUR;
    expect(code(open.begin(secretOf('kim')))).toBe('LOGIN_REFUSED');
    expect(code(open.enrol(secretOf('kim'), made(softAuthenticator(SOFT), asked.ok ? asked.value.challenge : '')))).toBe('LOGIN_REFUSED');
  });

  it('is nothing that anybody could make up', () => {
    for (const guess of ['', 'A'.repeat(43), secretOf('kim').slice(1), `${secretOf('kim')} `]) expect(code(open.begin(guess))).toBe('LOGIN_REFUSED');
    expect(new Set(open.links.map((l) => l.secret)).size).toBe(2);
    expect(open.links.every((l) => /^[A-Za-z0-9_-]{43}$/.test(l.secret))).toBe(true);
  });
});

describe('a key', () => {
  it('is one founder and no second', () => {
    const one = softAuthenticator(SOFT);
    expect(code(comes('kim', one))).toBe('ok');
    expect(code(comes('lee', one))).toBe('KEY_MODEL');
    expect(code(comes('lee'))).toBe('ok');
  });

  it('answers the challenge of its own link, once', () => {
    const [kim, lee] = [open.begin(secretOf('kim')), open.begin(secretOf('lee'))];
    if (!kim.ok || !lee.ok) throw new Error('refused');
    expect(code(open.enrol(secretOf('kim'), made(softAuthenticator(SOFT), lee.value.challenge)))).toBe('WA_CHALLENGE');
    expect(code(open.enrol(secretOf('kim'), made(softAuthenticator(SOFT), kim.value.challenge)))).toBe('WA_CHALLENGE');
    expect(code(comes('kim'))).toBe('ok');
  });

  it('is of this site, and of no other', () => {
    expect(code(comes('kim', softAuthenticator({ ...SOFT, origin: 'https://evil.example' })))).toBe('WA_ORIGIN');
    expect(code(comes('kim', softAuthenticator({ ...SOFT, rpId: 'evil.example' })))).toBe('WA_RPID');
  });
});
