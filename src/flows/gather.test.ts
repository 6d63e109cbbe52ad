/** Gathering: one reading of a change for every gate, and a page made from our own copy of it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, MAIN, openBed, POLICY } from '../../test/bed/bed.ts';
import { dossierOf, SHOWN_CAP } from './dossier.ts';
import { considerChange, titleOf } from './gather.ts';
import { governanceAt } from './governance.ts';

let bed: Bed;
beforeAll(async () => {
  bed = await openBed();
});
afterAll(() => bed.close());

const considered = async (head: string, pusher: string | null = 'ada') => {
  const repository = bed.world.objects.open('infra');
  const base = bed.tip();
  const governance = await governanceAt(repository, base);
  if (!governance.ok) throw new Error(JSON.stringify(governance.error));
  return considerChange(repository, bed.world.parsers, governance.value, { repo: 'infra', targetRef: MAIN, base, head, pusher, sticky: [], at: Date.now() });
};

describe('a change', () => {
  it('is decided the same way by whoever asks', async () => {
    const head = bed.commit({ 'db/a.sql': 'drop table orders;\n' });
    const judged = await bed.judged(head);
    const again = await considered(head);
    expect(again.ok && again.value.decision).toEqual(judged.decision);
    expect(again.ok && titleOf(again.value.change)).toBe(judged.title);
  });

  it('that cannot be read is a problem, not a decision', async () => {
    expect(await considered('0'.repeat(39).concat('1'))).toMatchObject({ ok: false, error: [{ code: expect.stringMatching(/^(GIT_FAILED|CONTENT_UNSEEN)$/) }] });
  });

  it('is called by the first line of its newest commit, cut where it is long', async () => {
    const judged = await bed.judged(bed.commit({ 'docs/t.md': 'x\n' }, { message: `${'t'.repeat(300)}\n\nbody\n` }));
    expect(judged.title).toBe('t'.repeat(200));
  });
});

describe('governance', () => {
  it('comes from one commit, and says which file is wrong', async () => {
    const repository = bed.world.objects.open('infra');
    const cases: readonly (readonly [{ readonly [path: string]: string | null }, string, string])[] = [
      [{ 'countersign.yml': null }, 'POLICY_MISSING', 'countersign.yml'],
      [{ '.countersign/roster.yml': null }, 'ROSTER_MISSING', '.countersign/roster.yml'],
      [{ 'countersign.yml': POLICY.replace('ladder', 'lader') }, 'POLICY_INVALID', 'countersign.yml'],
    ];
    for (const [files, code, place] of cases) {
      const head = bed.commit(files);
      await bed.push(head);
      const governance = await governanceAt(repository, head);
      expect(governance.ok ? [] : governance.error).toMatchObject([{ code, place: expect.stringContaining(place) }, ...(governance.ok ? [] : governance.error.slice(1))]);
    }
  });
});

describe('a page', () => {
  it('shows texts, and says what it cannot show', async () => {
    const head = bed.commit({
      'docs/text.md': 'hello\n',
      'docs/binary': new Uint8Array([1, 0, 2]),
      'docs/latin': new Uint8Array([0xe9, 0x0a]),
      'docs/big': 'x'.repeat(SHOWN_CAP + 1),
      'docs/link': { link: 'text.md' },
      'docs/sub': { gitlink: '1'.repeat(40) },
      'db/000.sql': null,
    });
    const { id } = await bed.judged(head);
    const page = await dossierOf(bed.world.objects, await bed.row(id ?? ''));
    const shown = new Map(page?.files.map((f) => [f.path, f]));
    expect(shown.get('docs/text.md')).toMatchObject({ oldText: '', newText: 'hello\n', binary: false, note: '' });
    expect(shown.get('docs/binary')).toMatchObject({ binary: true, newText: '', note: '3 bytes that are not text' });
    expect(shown.get('docs/latin')).toMatchObject({ binary: true });
    expect(shown.get('docs/big')).toMatchObject({ binary: true, newText: '', note: expect.stringContaining('over') });
    expect(shown.get('docs/link')).toMatchObject({ newText: 'text.md', newMode: '120000' });
    expect(shown.get('docs/sub')).toMatchObject({ newText: expect.stringContaining('submodule'), note: expect.stringContaining('not shown') });
    expect(shown.get('db/000.sql')).toMatchObject({ status: 'D', newText: '', oldText: expect.stringContaining('create table') });
  });

  it('is another page once anything on it changes', async () => {
    const files = { 'db/b.sql': 'drop table orders;\n' };
    const first = await bed.judged(bed.commit(files));
    const before = await bed.answers(first.id ?? '');
    await bed.judged(bed.commit(files, { message: 'Another title\n' }));
    expect((await bed.answers(first.id ?? '')).presented).not.toBe(before.presented);
  });

  it('is none where our copy is gone', async () => {
    const { id } = await bed.judged(bed.commit({ 'docs/gone.md': 'x\n' }));
    const row = await bed.row(id ?? '');
    const elsewhere = { ...row, decision: { ...row.decision, change: { ...row.decision.change, repo: 'elsewhere' } } };
    expect(await dossierOf(bed.world.objects, elsewhere)).toBeNull();
    const other = { ...row, decision: { ...row.decision, change: { ...row.decision.change, manifest: '0'.repeat(64) } } };
    expect(await dossierOf(bed.world.objects, other)).toBeNull();
  });
});
