import { expect, test } from 'vitest';
import { samplePolicy } from '../../testing/sample-change.ts';
import { settingWords } from './setting-words.ts';

const RULES = '  - {id: rest, paths: ["**"], optional: true}';

test('a policy that says nothing more', () => {
  expect(settingWords(samplePolicy(RULES))).toEqual([
    'guards refs/heads/main',
    'names no system, so nothing is more critical than the rest',
    'nobody behind a change signs for it',
    'has no emergency pass',
  ]);
});

test('a policy that says everything', () => {
  const more = `systems: [{id: db, name: DB, criticality: 1, paths: ["db/**"]}]
modes: {default: observe, systems: {db: enforce}, until: 2027-03-31}
provenance: {unattributed: assisted}
submodules: review
large_files: review
declarations: {assistance: required, trailers: [{key: Doc, paths: ["db/**"], reason: a change to a database has a document}, {key: Ref, when: risk.tier >= high, until: 2027-01-01, reason: why}]}
solo: {cool_down: 24h}
sample: {share: 0.025, close_after: {escapes: 1, of: 50}}
authenticators: {synced: elevated, attested_from: high, cool_down: 72h}
break_glass: {humans: 2, level: L6, alone_after: 10m, expires: 1h, review: {within: 24h, level: L6}, per_month: 4}`;
  expect(settingWords(samplePolicy(RULES, more))).toEqual([
    'guards refs/heads/main',
    'names 1 system: db (criticality 1)',
    'nobody behind a change signs for it, except who is alone on the roster: they may sign 1d after it was first seen',
    'gates observe (db: enforce) until 2027-03-31, and enforce from then on',
    'a change that says nothing about AI counts as assisted',
    'every commit says Assisted-by: <tool>:<model>, or Assisted-by: none',
    'a change of db/** carries a trailer Doc: a change to a database has a document',
    'a change carries a trailer Ref until 2027-01-01 where what was found is high or worse [risk.tier >= high], or where nobody can tell: why',
    'a submodule pointer may change, once signed',
    'a large file pointer may come in, once signed',
    'of what passes by itself, 2.5 % is read after landing',
    'a passkey that can be copied signs up to elevated',
    'from high on only a key attested by its maker signs',
    'where a key has to be attested it was enrolled 3d before',
    'in an emergency 2 at L6 or above let a change pass for 1h, one alone after 10m; it is reviewed within 1d',
  ]);
});

test('a preset, in what it writes, asks and refuses', () => {
  const said = (preset: string) => settingWords(samplePolicy(RULES, `declarations: {preset: ${preset}}`)).find((w) => w.startsWith('speaks of AI'));
  expect(said('mesa')).toBe(
    'speaks of AI in messages as Mesa does: hooks write Assisted-by: <tool> (<model>), a commit with a mark of AI says so by a declaration; co-authored-by names no AI, signed-off-by names no AI',
  );
  expect(said('gentoo')).toBe('speaks of AI in messages as Gentoo does: hooks write no trailer about AI; no commit may carry a mark of AI');
});
