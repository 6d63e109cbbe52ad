/** What a merge makes of a signed change where its target went on: real git on both sides, a real log, real sign-offs. */
import { chmodSync, existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Bed, MAIN, openBed } from '../../test/bed/bed.ts';
import { openCheckout } from '../adapters/git/checkout.ts';
import { utf8 } from '../core/base/bytes.ts';
import { ok } from '../core/base/result.ts';
import { parseTrust, type TrustBundle } from '../core/signoff/trust-file.ts';
import type { FileChange, TestRepository } from '../testing/git.ts';
import { openClone } from '../world.ts';
import { exportBundle, exportTrust } from './evidence.ts';
import { type CloneGateAsk, gateClone } from './gate-clone.ts';
import type { SignoffSource } from './ports-carried.ts';

let bed: Bed;
let trust: TrustBundle;
let place = '';
let count = 0;

beforeAll(async () => {
  bed = await openBed();
  const file = await exportTrust(bed.world, { vkeys: [bed.store.logVerifierKey ?? ''], ladder: ['L4', 'L5', 'L6', 'L7'] });
  const parsed = parseTrust(utf8(file.ok ? file.value : ''));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  trust = parsed.value;
});
afterAll(() => bed.close());
beforeEach(() => {
  place = `db/${++count}`;
});

type Files = { readonly [path: string]: FileChange };

/** Lines that say nothing, long enough that git knows a file again under another name. */
const TABLE = Array.from({ length: 20 }, (_, i) => `-- ${i}: a line of a long file that nobody would write twice\n`);
const table = (edits: { readonly [line: number]: string } = {}): string => TABLE.map((line, i) => edits[i] ?? line).join('');

/** Moves the served main, as others do meanwhile. */
const onMain = (files: Files): string => {
  const head = bed.commit(files);
  bed.work.git('push', '-q', bed.served.gitDir, `${head}:${MAIN}`);
  return head;
};

/** A change that mara signs, on where main stands. */
async function signed(files: Files): Promise<{ readonly head: string; readonly bundle: string }> {
  const head = bed.commit(files);
  const { id } = await bed.judged(head);
  const receipt = await bed.sign('mara', id ?? '');
  if (!receipt.ok) throw new Error(JSON.stringify(receipt.error));
  const bundle = await exportBundle(bed.world.ledger, bed.store.projections, id ?? '', bed.world.now());
  if (!bundle.ok) throw new Error(bundle.error.message);
  return { head, bundle: bundle.value };
}

/** As CI makes one: everything, and no branch but the remote's. */
const cloned = (...heads: readonly string[]): TestRepository => {
  const clone = bed.served.clone();
  clone.git('fetch', '-q', bed.work.gitDir, ...heads);
  return clone;
};

async function asked(head: string, bundle: string | null, more: Partial<CloneGateAsk> = {}, clone = cloned(head)) {
  const carried: SignoffSource = { name: 'carried', far: false, bundles: async () => ok(bundle === null ? [] : [{ name: 'carried', bytes: utf8(bundle) }]) };
  const gated = { ...(await openClone(clone.dir)), checkout: openCheckout({ dir: clone.dir }), sources: [carried], trust: async () => ok(trust) };
  const ask = { repo: 'infra', range: `..${head}`, target: MAIN, plans: [], squash: false, queue: false, at: bed.clock.now, fresh: 86_400_000, demo: false, ...more };
  const answer = await gateClone(gated, ask);
  if (!answer.ok) throw new Error(JSON.stringify(answer.error));
  const { verdict, notes } = answer.value;
  return { answer: answer.value.answer, head: answer.value.head, codes: verdict.codes, why: verdict.reasons.text, notes };
}

/** The forge's own merge of two commits. */
const merged = (onto: string, head: string): string => {
  bed.work.git('checkout', '-q', '--detach', onto);
  bed.work.git('merge', '-q', '--no-ff', '-m', 'Merge', head);
  return bed.work.git('rev-parse', 'HEAD');
};

const HELD = { answer: 'deny', codes: ['CONTENT_MISMATCH'], why: expect.stringContaining('Bring the branch up to date with its target, and have it signed') };

describe('the target went on', () => {
  it('somewhere else: what was signed lands, whoever merges it', async () => {
    const { head, bundle } = await signed({ [`${place}.sql`]: 'drop table a;\n' });
    onMain({ [`docs/${count}.md`]: 'words\n' });
    expect(await asked(head, bundle)).toMatchObject({ answer: 'allow', codes: ['OK'] });
  });

  it('and has the file under another name: the edit would land in a file nobody signed for', async () => {
    onMain({ [`${place}.sql`]: table() });
    const { head, bundle } = await signed({ [`${place}.sql`]: table({ 3: 'drop table a;\n' }) });
    expect(await asked(head, bundle)).toMatchObject({ answer: 'allow' });
    onMain({ [`${place}.sql`]: null, [`${place}-live.sql`]: table() });
    expect(await asked(head, bundle)).toMatchObject(HELD);
  });

  it('and moved the folder: a new file would land in it or not, as somebody set their git', async () => {
    onMain({ [`${place}/trial/a.sql`]: table(), [`${place}/trial/b.sql`]: table({ 1: 'b\n' }) });
    const { head, bundle } = await signed({ [`${place}/trial/c.sql`]: 'drop table a;\n' });
    expect(await asked(head, bundle)).toMatchObject({ answer: 'allow' });
    onMain({ [`${place}/trial/a.sql`]: null, [`${place}/trial/b.sql`]: null, [`${place}/live/a.sql`]: table(), [`${place}/live/b.sql`]: table({ 1: 'b\n' }) });
    expect(await asked(head, bundle)).toMatchObject(HELD);
  });

  it('in the same file, elsewhere in it: the objects are others, as docs/spec/manifest.md has it', async () => {
    onMain({ [`${place}.sql`]: table() });
    const { head, bundle } = await signed({ [`${place}.sql`]: table({ 3: 'drop table a;\n' }) });
    onMain({ [`${place}.sql`]: table({ 17: '-- another\n' }) });
    expect(await asked(head, bundle)).toMatchObject(HELD);
    // Brought up to date, it is another change, and signed as one it lands.
    const again = await signed({ [`${place}.sql`]: table({ 3: 'drop table a;\n', 17: '-- another\n' }) });
    expect(await asked(again.head, again.bundle)).toMatchObject({ answer: 'allow' });
  });

  it('in the same lines: what a person makes of a conflict is another change', async () => {
    onMain({ [`${place}.sql`]: table() });
    const { head, bundle } = await signed({ [`${place}.sql`]: table({ 3: 'drop table a;\n' }) });
    onMain({ [`${place}.sql`]: table({ 3: 'drop table b;\n' }) });
    expect(await asked(head, bundle)).toMatchObject({ ...HELD, why: expect.stringContaining('does not merge it there by itself') });
  });

  it('with part of the change: what is left of it is less than what was signed', async () => {
    const { head, bundle } = await signed({ [`${place}-a.sql`]: 'drop table a;\n', [`${place}-b.sql`]: 'drop table b;\n' });
    onMain({ [`${place}-a.sql`]: 'drop table a;\n' });
    expect(await asked(head, bundle)).toMatchObject(HELD);
  });

  it('is held against the tip, from wherever the range begins', async () => {
    const start = onMain({ [`${place}.sql`]: table() });
    const { head, bundle } = await signed({ [`${place}.sql`]: table({ 3: 'drop table a;\n' }) });
    onMain({ [`${place}.sql`]: null, [`${place}-live.sql`]: table() });
    expect(await asked(head, bundle, { range: `${start}..${head}` })).toMatchObject(HELD);
  });

  it('holds a change back that nobody has to sign: what it would be in its new place was not judged', async () => {
    onMain({ [`docs/${count}.md`]: table() });
    const head = bed.commit({ [`docs/${count}.md`]: table({ 3: 'drop table a;\n' }) });
    expect(await asked(head, null)).toMatchObject({ answer: 'allow', codes: ['PASS'] });
    onMain({ [`docs/${count}.md`]: null, [`${place}.sql`]: table() });
    expect(await asked(head, null)).toMatchObject(HELD);
  });

  it('says who is missing beside it', async () => {
    onMain({ [`${place}.sql`]: table() });
    const head = bed.commit({ [`${place}.sql`]: table({ 3: 'drop table a;\n' }) });
    onMain({ [`${place}.sql`]: table({ 17: '-- another\n' }) });
    expect(await asked(head, null)).toMatchObject({ answer: 'deny', codes: ['CONTENT_MISMATCH', 'SIGNOFF_MISSING'] });
  });
});

describe('a merge that a forge made', () => {
  it('of what was signed is judged as that; of anything else as it stands', async () => {
    onMain({ [`${place}.sql`]: table() });
    const { head, bundle } = await signed({ [`${place}.sql`]: table({ 3: 'drop table a;\n' }) });
    const elsewhere = onMain({ [`docs/${count}.md`]: 'words\n' });
    const same = merged(elsewhere, head);
    expect(await asked(same, bundle)).toMatchObject({ answer: 'allow', head, notes: [expect.stringContaining('is judged')] });
    const here = onMain({ [`${place}.sql`]: table({ 17: '-- another\n' }) });
    const other = merged(here, head);
    const told = await asked(other, bundle);
    expect(told).toMatchObject({ head: other, notes: [expect.stringContaining('another change than')] });
    expect(told.answer).not.toBe('allow');
  });

  it('in a queue lands on the entry before it, whatever the target is', async () => {
    onMain({ [`${place}.sql`]: table() });
    const { head, bundle } = await signed({ [`${place}.sql`]: table({ 3: 'drop table a;\n' }) });
    const before = merged(bed.tip(), bed.commit({ [`docs/${count}.md`]: 'words\n' }));
    const first = merged(before, head);
    expect(await asked(first, bundle, { queue: true, range: `${before}..${first}` })).toMatchObject({ answer: 'allow', head });
    const renaming = merged(bed.tip(), bed.commit({ [`${place}.sql`]: null, [`${place}-live.sql`]: table() }));
    const entry = merged(renaming, head);
    const told = await asked(entry, bundle, { queue: true, range: `${renaming}..${entry}` });
    expect(told).toMatchObject({ head: entry, notes: [expect.stringContaining('another change than')] });
    expect(told.answer).not.toBe('allow');
    // The side alone, put into the queue by its own name.
    expect(await asked(head, bundle, { queue: true, range: `${renaming}..${head}` }, cloned(head, renaming))).toMatchObject(HELD);
  });
});

it('nothing of the change runs, and no attribute of it has a say', async () => {
  onMain({ [`${place}.sql`]: table() });
  const { head, bundle } = await signed({ [`${place}.sql`]: table({ 3: 'drop table a;\n' }), 'db/.gitattributes': '*.sql merge=ours-only filter=evil diff=evil\n' });
  onMain({ [`${place}.sql`]: table({ 17: '-- another\n' }) });
  const clone = cloned(head);
  const ran = join(bed.room.folder(), 'ran');
  const program = join(bed.room.folder(), 'run.sh');
  writeFileSync(program, `#!/bin/sh\ntouch ${ran}\n`);
  chmodSync(program, 0o755);
  // What would make the merge look like nothing but the change, and leave a mark.
  clone.git('config', 'merge.ours-only.driver', `${program}; cp %B %A`);
  for (const key of ['filter.evil.clean', 'filter.evil.smudge', 'diff.evil.command', 'core.fsmonitor']) clone.git('config', key, program);
  clone.git('config', 'merge.directoryRenames', 'false');
  clone.git('config', 'merge.renames', 'false');
  writeFileSync(join(clone.gitDir, 'info/attributes'), '* merge=ours-only filter=evil diff=evil\n');
  for (const hook of ['post-merge', 'pre-merge-commit', 'reference-transaction']) {
    symlinkSync(program, join(clone.gitDir, 'hooks', hook));
  }
  // Git itself heeds them: it makes of the two what the driver says.
  clone.git('merge-tree', '--write-tree', 'refs/remotes/origin/main', head);
  expect(existsSync(ran)).toBe(true);
  const objects = clone.git('count-objects');
  const quiet = join(bed.room.folder(), 'ran');
  writeFileSync(program, `#!/bin/sh\ntouch ${quiet}\n`);
  expect(await asked(head, bundle, {}, clone)).toMatchObject(HELD);
  expect(existsSync(quiet)).toBe(false);
  // Nor is anything of the merge left there.
  expect(clone.git('count-objects')).toBe(objects);
});
