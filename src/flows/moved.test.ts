/** What a person is told when what they had signed moved: real pushes, real signatures, git's own rebase. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, openBed } from '../../test/bed/bed.ts';
import { answerText } from '../server/push-text.ts';
import { governanceAt } from './governance.ts';
import { movedSignoffs, movedSince } from './moved.ts';
import type { Merges, ObjectStore, Repository } from './ports.ts';

let bed: Bed;
beforeAll(async () => {
  bed = await openBed();
});
afterAll(() => bed.close());

type Files = Parameters<Bed['commit']>[0];
const signed = async (files: Files, on?: string): Promise<string> => {
  const head = bed.commit(files, on === undefined ? {} : { on });
  const { id } = await bed.judged(head);
  expect(await bed.sign('mara', id ?? '')).toMatchObject({ ok: true });
  return head;
};
const pushed = async (head: string) => {
  const answer = await bed.push(head);
  const [judged] = answer.judged;
  return { terminal: answerText(bed.world.site, 'infra', answer), codes: judged?.verdict.codes ?? [], allowed: answer.allow };
};

const policyNow = async () => {
  const governance = await governanceAt(bed.world.objects.open('infra'), bed.tip());
  if (!governance.ok) throw new Error(JSON.stringify(governance.error));
  return governance.value.policy;
};

const TABLES = Array.from({ length: 30 }, (_, i) => `create table t${i} (id int);`);
const sql = (edits: { readonly [line: number]: string }): string => `${TABLES.map((line, i) => edits[i] ?? line).join('\n')}\n`;

describe('a signed change', () => {
  it('that is reworked in one file names that file in the terminal', async () => {
    await signed({ 'db/one.sql': 'drop table orders;\n', 'docs/one.md': 'why\n' });
    const { terminal, codes } = await pushed(bed.commit({ 'db/one.sql': 'drop table orders; -- and more\n', 'docs/one.md': 'why\n' }));
    expect(terminal).toContain('the sign-off by mara does not count: signed content moved: db/one.sql was reworked; docs/one.md is unchanged\n');
    expect(codes).toEqual(['CONTENT_MISMATCH', 'STALE_REWORK', 'SIGNOFF_MISSING']);
  });

  it('that loses one file and gets another says so', async () => {
    await signed({ 'db/two.sql': 'drop table orders;\n', 'docs/lost.md': 'x\n' });
    const { terminal } = await pushed(bed.commit({ 'db/two.sql': 'drop table orders;\n', 'docs/found.md': 'y\n' }));
    expect(terminal).toContain('signed content moved: docs/found.md is new; docs/lost.md is no longer changed; db/two.sql is unchanged\n');
  });

  it('rebased onto a base that moved elsewhere passes; in the same file it says that the base moved', async () => {
    await bed.land(bed.commit({ 'db/long.sql': sql({}) }));
    const before = bed.tip();
    const head = await signed({ 'db/long.sql': sql({ 3: 'drop table orders;' }) });
    await bed.land(bed.commit({ 'docs/elsewhere.md': 'x\n' }, { on: before }));
    const rebased = (): string => {
      bed.work.git('checkout', '-q', '--detach', head);
      bed.work.git('rebase', '-q', bed.tip());
      // Committed again by somebody the roster knows.
      bed.work.git('reset', '-q', '--soft', bed.tip());
      return bed.work.commit({}, { author: { name: 'ada', email: 'ada@example.org' } });
    };
    expect((await pushed(rebased())).codes).toEqual(['OK']);
    await bed.land(bed.commit({ 'db/long.sql': sql({ 25: 'create table t25 (id bigint);' }) }));
    const { terminal, codes } = await pushed(rebased());
    expect(terminal).toContain('signed content moved: db/long.sql moved with its base, which changed in the same file: look again at: db/long.sql\n');
    expect(codes).toEqual(['CONTENT_MISMATCH', 'STALE_CONTEXT', 'SIGNOFF_MISSING']);
  });

  it('with a path that would write to the terminal is told with that path made harmless', async () => {
    const path = 'docs/\u001b[2Jx\ncountersign: allowed';
    await signed({ 'db/three.sql': 'drop table orders;\n', [path]: 'x\n' });
    const { terminal } = await pushed(bed.commit({ 'db/three.sql': 'drop table orders;\n', [path]: 'y\n' }));
    expect(terminal).toContain('signed content moved: docs/?[2Jx?countersign: allowed was reworked');
  });

  it('is not explained where our copy no longer holds it: the digests stay, and nothing passes', async () => {
    await signed({ 'db/four.sql': 'drop table orders;\n' });
    const { id } = await bed.judged(bed.commit({ 'db/four.sql': 'drop table orders; -- and more\n' }));
    const { decision } = await bed.row(id ?? '');
    const policy = await policyNow();
    const objects = (more: Partial<ObjectStore>): ObjectStore => ({ ...bed.world.objects, ...more });
    const explain = async (store: ObjectStore) =>
      [...(await movedSignoffs({ ...bed.world, objects: store }, decision, policy)).values()].map(({ said }) => said.map((p) => p.code));
    expect(await explain(bed.world.objects)).toEqual([['CONTENT_MISMATCH', 'STALE_REWORK']]);
    const blind = objects({ open: (repo) => ({ ...bed.world.objects.open(repo), change: async () => ({ ok: false, error: { code: 'CONTENT_UNSEEN', message: 'gone' } }) }) });
    expect(await explain(blind)).toEqual([]);
    const real = bed.world.objects.open('infra');
    for (const wrong of [{ manifest: '0'.repeat(64) }, { manifest256: '0'.repeat(64) }]) {
      const change: Repository['change'] = async (of) => {
        const read = await real.change(of);
        return read.ok ? { ok: true, value: { ...read.value, ...wrong } } : read;
      };
      expect(await explain(objects({ open: () => ({ ...real, change }) }))).toEqual([]);
    }
  });

  it('whose files git cannot merge counts as reworked, and says why', async () => {
    await bed.land(bed.commit({ 'db/merge.sql': sql({}) }));
    const [repository, base] = [bed.world.objects.open('infra'), bed.tip()];
    const read = async (from: string, head: string) => {
      const change = await repository.change({ repo: 'infra', targetRef: 'refs/heads/main', base: from, head });
      if (!change.ok) throw new Error(change.error.message);
      return change.value;
    };
    const before = bed.commit({ 'db/merge.sql': sql({ 3: 'drop table orders;' }) });
    const moved = bed.commit({ 'db/merge.sql': sql({ 25: '-- base' }) });
    const after = bed.commit({ 'db/merge.sql': sql({ 3: 'drop table orders;', 25: '-- base' }) }, { on: moved });
    await bed.push(before);
    await bed.push(after);
    const [signedChange, now] = [await read(base, before), await read(moved, after)];
    const whole = await movedSince(bed.world.objects.merges('infra'), signedChange, now);
    expect(whole).toMatchObject({ classified: { overall: 'context-moved' }, unmerged: null });
    const broken: Pick<Merges, 'files'> = { files: async () => ({ ok: false, error: { code: 'GIT_FAILED', message: 'this git cannot' } }) };
    expect(await movedSince(broken, signedChange, now)).toMatchObject({ classified: { overall: 'rework' }, unmerged: { code: 'GIT_FAILED' } });
    const conflicting: Pick<Merges, 'files'> = { files: async (asked) => ({ ok: true, value: asked.map(() => null) }) };
    expect((await movedSince(conflicting, signedChange, now)).classified.overall).toBe('rework');
  });
});
