/** Line records at the gate: what notes say of a pushed commit reaches the decision, and what they cannot say does not. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, MAIN, openBed, POLICY } from '../../test/bed/bed.ts';
import { judgePush } from './push.ts';

let bed: Bed;
beforeAll(async () => {
  bed = await openBed('production', POLICY.replace('"docs/**", "db/**"', '"docs/**", "src/**", "db/**"'));
});
afterAll(() => bed.close());

const SESSION = '0123456789abcdef';
const note = (lines: string, human = 'Ada <ada@example.org>'): string =>
  `src/a.ts\n  ${SESSION} ${lines}\n---\n${JSON.stringify({
    schema_version: 'authorship/3.0.0',
    base_commit_sha: 'f'.repeat(40),
    prompts: {
      [SESSION]: { agent_id: { tool: 'codex', id: 'one', model: 'gpt-5' }, human_author: human, total_additions: 2, total_deletions: 0, accepted_lines: 2, overriden_lines: 0 },
    },
  })}`;

/** The commit on main and a note on it, as one push brings both. */
async function judged(head: string, text: string | undefined) {
  const old = bed.tip();
  bed.work.git('push', '-q', bed.served.gitDir, `${head}:refs/heads/arrived/${head}`);
  const updates = [{ ref: MAIN, old, new: head }];
  if (text !== undefined) {
    const blob = Buffer.from(bed.served.raw(['hash-object', '-w', '--stdin'], text))
      .toString()
      .trim();
    const tree = Buffer.from(bed.served.raw(['mktree'], `100644 blob ${blob}\t${head}\n`))
      .toString()
      .trim();
    updates.push({ ref: 'refs/notes/ai', old: '0'.repeat(40), new: bed.served.git('commit-tree', tree, '-m', 'notes') });
  }
  const answer = await judgePush(bed.world, { repo: 'infra', quarantine: undefined, pusher: 'ada', updates });
  const decision = answer.judged[0]?.decision;
  if (decision === null || decision === undefined) throw new Error(JSON.stringify(answer));
  return decision;
}

const change = (path = 'src/a.ts') => bed.commit({ [path]: `export const first = 1;\nexport const second = 2;\nexport const third = ${Math.random()};\n` });

describe('a note that comes with the push', () => {
  it('says which lines an AI wrote, with no word of it in the message', async () => {
    const head = change();
    expect((await judged(head, undefined)).provenance).toMatchObject({ level: 'unattributed', evidence: [] });
    const { provenance } = await judged(head, note('1-2'));
    expect(provenance).toMatchObject({
      level: 'assisted',
      evidence: [{ slot: 'note', tool: 'codex', trust: 3, commit: head }],
      lines: { ai: 2, added: 3, removed: 0, proven: false },
      marks: [{ path: 'src/a.ts', side: 'head', start: 1, end: 2, by: 'ai', tool: 'codex', model: 'gpt-5', trust: 3 }],
    });
  });

  it('contradicts a denial by name', async () => {
    const head = bed.commit({ 'src/b.ts': 'export const fourth = 4;\n' }, { message: 'Count\n\nAssisted-by: none' });
    const decision = await judged(head, note('1').replace('src/a.ts', 'src/b.ts'));
    expect(decision.findings.map((f) => [f.rule, f.place.object])).toEqual([['PROV101', `commit ${head.slice(0, 12)}`]]);
  });

  it('keeps whom it names as the prompter from signing, and costs one more person where only it says so', async () => {
    const head = bed.commit({ 'pair/a.ts': 'export const fifth = 5;\n' });
    const named = await judged(head, note('1', 'Mara <mara@example.org>').replace('src/a.ts', 'pair/a.ts'));
    expect(named.excluded.find((e) => e.person === 'mara')?.roles).toEqual(['prompter']);
    expect(named.seats.map((s) => s.humans)).toEqual([3]);
    expect((await judged(head, note('1', 'somebody').replace('src/a.ts', 'pair/a.ts'))).seats.map((s) => s.humans)).toEqual([2]);
  });

  it.each([
    ['is no note at all', () => 'neither lines nor json'],
    ['names lines that are not there', () => note('1-2000')],
    ['breaks off', () => note('1').slice(0, -40)],
  ])('that %s is a finding, and reads as assisted at the least', async (_, text) => {
    const head = change();
    const decision = await judged(head, text());
    expect(decision.findings.map((f) => f.rule)).toContain('PROV102');
    expect(decision.provenance.contradictions.length).toBeGreaterThan(0);
  });
});

it('a repository that cannot be asked for records says so of every push', async () => {
  const world = { ...bed.world, records: async () => ({ ok: false as const, error: { code: 'GIT_FAILED' as const, message: 'the disk is gone' } }) };
  const head = change();
  const updates = [{ ref: MAIN, old: bed.tip(), new: head }];
  bed.work.git('push', '-q', bed.served.gitDir, `${head}:refs/heads/arrived/${head}`);
  const answer = await judgePush(world, { repo: 'infra', quarantine: undefined, pusher: 'ada', updates });
  expect(answer.judged[0]?.decision?.findings.map((f) => f.what).join()).toContain('the disk is gone');
});
