/** What a lying server can have signed in the terminal: nothing that the person did not say, of nothing their clone does not hold. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256Hex } from '../core/base/crypto.ts';
import type { Json } from '../core/base/json.ts';
import { changeId } from '../core/change/change-id.ts';
import { type SignoffInput, signoffStatement } from '../core/signoff/build.ts';
import { contextOf } from '../core/signoff/claims.ts';
import { type OwnershipInput, ownershipStatement } from '../core/signoff/ownership.ts';
import { VALID_MS } from '../flows/prepare.ts';
import { gitRoom } from '../testing/git.ts';
import { NOW, PASSKEY, signoffInput } from '../testing/signoffs.ts';
import { type Clone, openClone } from '../world.ts';
import { disagreements, type Meant, ownershipDisagreements } from './sign-check.ts';

const POLICY = `version: 1
ladder: [L4, L5, L6, L7, L10]
senior: L6
protected: [refs/heads/main]
systems:
  - {id: db, name: Database, criticality: 3, paths: ["db/**"], invariants: [no table goes while somebody reads it]}
rules:
  - {id: all, paths: ["**"], require: {humans: 1, level: L6}}
`;
const ROSTER = `version: 1
people:
  - {id: ada, name: Ada, level: L4, emails: [ada@example.org]}
  - {id: mara, name: Mara, level: L6, emails: [mara@example.org]}
`;
const KEY = 'SHA256:mine';
const OWN_KEY = { id: KEY, type: 'sk-ssh', application: 'ssh:', uv: true } as const;
const SAID: Meant['said'] = { decision: 'approve', dispositions: [], notChecked: 'nothing', answers: [], assumptions: [], conditions: [] };
const REVIEW = { openedAt: '2026-11-20T10:00:00Z', activeSeconds: 0, filesViewed: 0, filesTotal: 1 };
const room = gitRoom();
let clone: Clone;
let change: SignoffInput['change'];

beforeAll(async () => {
  const repo = room.init();
  repo.commit({ 'countersign.yml': POLICY, '.countersign/roster.yml': ROSTER, 'db/1.sql': 'select 1;\n' });
  repo.commit({ 'db/2.sql': 'drop table orders;\n' }, { author: { name: 'ada', email: 'ada@example.org' } });
  clone = await openClone(repo.dir);
  const base = await clone.repository.resolve('HEAD^1');
  const read = await clone.repository.change({ repo: 'infra', targetRef: 'refs/heads/main', base, head: repo.git('rev-parse', 'HEAD') });
  if (!read.ok) throw new Error(read.error.message);
  const { repo: name, targetRef, mergeBase, head, headTree, alg, manifest, manifest256 } = read.value;
  change = { repo: name, targetRef, base, mergeBase, head, headTree, alg, manifest, manifest256 };
});
afterAll(() => room.remove());

const policy = (more: Partial<SignoffInput['policy']> = {}) => ({ ...signoffInput().policy, digest: sha256Hex(POLICY), tier: 'critical' as const, ...more });

async function noticed(lie: Partial<SignoffInput>, said: Meant['said'] = SAID, id = changeId(change)): Promise<string> {
  const own: Partial<SignoffInput> = {
    change,
    decision: 'approve',
    dispositions: [],
    notChecked: 'nothing',
    answers: [],
    assumptions: [],
    conditions: [],
    excluded: ['ada'],
    context: contextOf({ systems: [{ id: 'db', name: '', criticality: 3, dependents: [], invariants: ['no table goes while somebody reads it'] }] }),
    policy: policy(),
    review: { ...REVIEW, signedAt: '2026-11-20T10:00:01Z' },
    expires: new Date(NOW + VALID_MS).toISOString(),
    signer: { ...signoffInput().signer, person: 'mara', credential: OWN_KEY },
  };
  const statement = signoffStatement(signoffInput({ ...own, ...lie }));
  const found = await disagreements(statement, { id, person: 'mara', keyid: KEY, application: 'ssh:', said, review: REVIEW, now: NOW }, clone, '.');
  return found.map((p) => p.message).join();
}

describe('before a key is touched', () => {
  it('an honest statement has nothing wrong', async () => {
    expect(await noticed({})).toBe('');
  });

  const without = (name: string): Meant['said'] => Object.fromEntries(Object.entries(SAID).filter(([n]) => n !== name)) as { [member: string]: Json };
  it.each<[string, () => Partial<SignoffInput>, string]>([
    ['a validity of seventy years', () => ({ expires: '2099-01-01T00:00:00Z' }), 'expires'],
    [
      'an hour somebody looked at everything',
      () => ({ review: { ...REVIEW, signedAt: '2026-11-20T10:00:01Z', activeSeconds: 3600, filesViewed: 99 } }),
      'review.activeSeconds, review.filesViewed',
    ],
    ['another sentence', () => ({ statement: 'I read nothing.' }), 'statement'],
    ['an intent document nobody spoke of', () => ({ intent: '7'.repeat(64) }), 'intent'],
    ['that its key asks for nothing', () => ({ signer: { ...signoffInput().signer, person: 'mara', credential: { ...OWN_KEY, uv: false } } }), 'credential'],
    ['another application of its key', () => ({ signer: { ...signoffInput().signer, person: 'mara', credential: { ...OWN_KEY, application: 'ssh:other' } } }), 'credential'],
    ['an author left out', () => ({ provenance: { ...signoffInput().provenance, authors: [] } }), 'leaves out who stands behind the change: urn:person:ada'],
    ['context left out', () => ({ context: [] }), 'leaves out what stands beside the change: system db'],
    ['another stage', () => ({ stage: 'deploy', deploys: { name: 'plan', sha256: '8'.repeat(64) } }), 'stage'],
    ['another policy', () => ({ policy: policy({ digest: '0'.repeat(64) }) }), 'another policy'],
    ['a lower tier', () => ({ policy: policy({ tier: 'elevated' }) }), 'calls the change elevated, and this clone critical'],
    ['nobody excluded', () => ({ excluded: [] }), 'leaves out who stands behind the change: ada'],
  ])('%s is noticed', async (_, lie, words) => {
    expect(await noticed(lie())).toContain(words);
  });

  it.each(Object.keys(SAID))('a word of the server’s own is noticed where the person said nothing: %s', async (name) => {
    expect(await noticed({}, without(name))).toContain(name);
  });

  it('another ref is noticed where the address is of the one that was pushed to', async () => {
    expect(await noticed({ change: { ...change, targetRef: 'refs/heads/production' } })).toContain('the server asks to sign change');
  });
});

describe('before an author’s key is touched', () => {
  const OWN: Meant['said'] = { filesRead: 1, ran: ['npm test: passed'], notUnderstood: ['nothing'], assumptions: [] };
  const assumptions = [{ text: 'nobody writes at night', holds: 'true' as const }];

  async function found(lie: Partial<OwnershipInput> = {}, id = changeId(change)): Promise<string> {
    const said = { filesRead: 1, filesTotal: 1, ran: ['npm test: passed'], notUnderstood: ['nothing'], assumptions: [] };
    const { nonce, seen } = signoffInput();
    const by = { author: 'ada', credential: OWN_KEY };
    const { predicate } = ownershipStatement({ ...said, ...by, change, nonce, seen, expires: new Date(NOW + VALID_MS).toISOString(), ...lie });
    const wrong = await ownershipDisagreements(predicate, { id, person: 'ada', keyid: KEY, application: 'ssh:', said: OWN, now: NOW }, clone.repository, '.');
    return wrong.map((p) => p.message).join();
  }

  it('an honest statement has nothing wrong', async () => expect(await found()).toBe(''));

  it.each<[string, Partial<OwnershipInput>, string]>([
    ['files they did not read', { filesRead: 9 }, 'filesRead'],
    ['what they did not run', { ran: ['terraform plan: no changes'] }, 'ran'],
    ['that they understand it all', { notUnderstood: ['nothing at all'] }, 'notUnderstood'],
    ['an assumption of somebody else', { assumptions }, 'assumptions'],
    ['somebody else’s name', { author: 'mara' }, 'author'],
    ['another key', { credential: { ...OWN_KEY, id: 'SHA256:other' } }, 'credential'],
    ['a passkey', { credential: { ...PASSKEY, id: KEY } }, 'credential'],
    ['a validity of seventy years', { expires: '2099-01-01T00:00:00Z' }, 'expires'],
  ])('%s is noticed', async (_, lie, word) => expect(await found(lie)).toBe(`the server asks to sign something else than you said: ${word}`));

  it('other content, another ref and the address of another change are noticed', async () => {
    expect(await found({ change: { ...change, manifest: '0'.repeat(64) } })).toContain('other content than this clone holds');
    expect(await found({ change: { ...change, head: '1'.repeat(40) } })).toContain('is not in this clone');
    expect(await found({ change: { ...change, targetRef: 'refs/heads/production' } })).toContain('the server asks to sign change');
    expect(await found({}, '0'.repeat(16))).toContain('the address is of 0000000000000000');
  });
});
