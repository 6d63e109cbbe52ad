/**
 * What became of a signed change that stands otherwise now, read from our own copy of both: a person at a terminal needs to
 * know which file cost them the sign-off, not two digests; and the gate, what it may still count one for (core/gate/carried.ts).
 */
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import type { Change } from '../core/change/change.ts';
import { changeId } from '../core/change/change-id.ts';
import { classWords } from '../core/change/class-words.ts';
import { type ClassedChange, type Classified, classify, mergesAsked } from '../core/change/classes.ts';
import { encodeTreeDiff } from '../core/change/manifest.ts';
import type { EarlierForm } from '../core/gate/carried.ts';
import { coveredRules } from '../core/policy/carry.ts';
import type { Decision } from '../core/policy/decision.ts';
import type { Policy } from '../core/policy/document.ts';
import type { Ledger, Merges, ObjectStore, Projections, Repository, SignoffRow } from './ports.ts';
import { type MovedContent, type MovedSignoffs, movedKey, near } from './presented.ts';
import { decidedAt } from './said-after.ts';
import { MOST_FILES } from './weigh.ts';

export interface Moved {
  readonly classified: Classified;
  /** Why files whose base moved were not merged, and count as reworked. */
  readonly unmerged: Problem | null;
}

/** Classes of every path, with the merges git has to make for them. Total. */
export async function movedSince(merges: Pick<Merges, 'files'>, signed: ClassedChange, now: ClassedChange): Promise<Moved> {
  const asked = mergesAsked(signed, now);
  const merged = await merges.files(asked);
  const found = new Map(asked.map((m, i) => [m.path, merged.ok ? (merged.value[i] ?? null) : null]));
  return { classified: classify(signed, now, found), unmerged: merged.ok ? null : merged.error };
}

/** Signed contents explained for one push, the newest: how many people signed something near is up to them, and each costs some spawns of git. */
const EXPLAINED = 3;

/** Our own copy, and what is known of it. */
interface Copy {
  readonly objects: ObjectStore;
  readonly ledger: Pick<Ledger, 'proven' | 'body'>;
  readonly projections: Projections;
  now(): number;
}

/** Bytes of both record lists: they are kept beside the log for every sign-off that was carried. */
const CARRY_MOST = 1 << 20;

/** The sign-offs near this decision whose content is another one, each with what became of that. What cannot be read is not explained. */
export async function movedSignoffs(copy: Copy, decision: Decision, policy: Policy): Promise<MovedSignoffs> {
  if (decision.outcome !== 'signoff') return new Map();
  const others = (await near(copy.projections, decision, copy.now())).filter((row) => row.targetRef === decision.change.targetRef && !sameContent(row, decision));
  const contents = [
    ...Map.groupBy(
      [...others].sort((a, b) => b.index - a.index),
      (row) => `${row.manifest} ${row.manifest256}`,
    ).values(),
  ].slice(0, EXPLAINED);
  const now = contents.length === 0 ? undefined : await readAgain(copy.objects.open(decision.change.repo), decision);
  if (!now?.ok) return new Map();
  const found: [string, MovedContent][] = [];
  for (const rows of contents) {
    const earlier = await earlierForm(copy, rows[0], now.value);
    if (earlier === undefined) continue;
    const content = { said: wordsFor(earlier.signed, now.value, earlier.moved), form: formOf(earlier, now.value, decision, policy) };
    found.push(...rows.map((row): [string, MovedContent] => [movedKey(decision, row), content]));
  }
  return new Map(found);
}

interface Earlier {
  readonly decision: Decision;
  readonly signed: Change;
  readonly moved: Moved;
}

function formOf({ decision, signed, moved }: Earlier, now: Change, current: Decision, policy: Policy): EarlierForm | null {
  if (encodeTreeDiff(signed.records).length + encodeTreeDiff(now.records).length > CARRY_MOST) return null;
  const paths = [...new Set([...signed.records, ...now.records].map((r) => r.path))];
  return { decision, signed, now, classified: moved.classified, rules: coveredRules(policy, current, paths) };
}

/** What this person signed near this change last, in words, where that is another content; null: they signed nothing near, or exactly this. */
export async function sinceSigned(copy: Copy, decision: Decision, person: string): Promise<string | null> {
  if (decision.outcome !== 'signoff') return null;
  const { objects, projections } = copy;
  const theirs: Projections = { ...projections, signoffs: async (where) => (await projections.signoffs(where)).filter((row) => row.signer === person) };
  const own = (await near(theirs, decision, copy.now())).filter((row) => row.targetRef === decision.change.targetRef);
  const last = [...own].sort((a, b) => a.index - b.index).at(-1);
  if (last === undefined || sameContent(last, decision)) return null;
  const now = await readAgain(objects.open(decision.change.repo), decision);
  const earlier = now.ok ? await earlierForm(copy, last, now.value) : undefined;
  return now.ok && earlier !== undefined ? classWords(earlier.signed, now.value, earlier.moved.classified) : null;
}

const sameContent = (row: SignoffRow, { change }: Decision): boolean => row.manifest === change.manifest && row.manifest256 === change.manifest256;

/** What was asked of it then is the log's word: by a table its tier, its seats and whom it excluded would be anybody's who has the database. */
async function earlierForm(world: Copy, row: SignoffRow | undefined, now: Change): Promise<Earlier | undefined> {
  const [stored] = row === undefined ? [] : await world.projections.changes({ id: changeId(row), limit: 1 });
  if (row === undefined || stored === undefined) return undefined;
  const decision = await decidedAt(world, stored.index, stored.id);
  if (decision === undefined || !sameContent(row, decision)) return undefined;
  const signed = await readAgain(world.objects.open(row.repo), decision);
  if (!signed.ok) return undefined;
  return { decision, signed: signed.value, moved: await movedSince(world.objects.merges(row.repo), signed.value, now) };
}

/** CONTENT_MISMATCH stays what decides; the second problem says where. */
function wordsFor(signed: Change, now: Change, { classified, unmerged }: Moved): readonly Problem[] {
  const doubt = unmerged === null ? '' : ` (files whose base moved were not merged: ${unmerged.message})`;
  const code = classified.overall === 'context-moved' ? 'STALE_CONTEXT' : 'STALE_REWORK';
  return [
    problem('CONTENT_MISMATCH', 'signed content moved'),
    problem(code, `${classWords(signed, now, classified)}${doubt}`, { remedy: 'have the change signed again as it stands now' }),
  ];
}

/** Problems: those of `Repository.change`, CONTENT_MISMATCH where our copy no longer gives what was decided about. */
async function readAgain(repository: Repository, { change }: Decision): Promise<Result<Change>> {
  const { repo, targetRef, base, head, manifest, manifest256 } = change;
  const read = await repository.change({ repo, targetRef, base, head, most: MOST_FILES });
  if (!read.ok) return read;
  return read.value.manifest === manifest && read.value.manifest256 === manifest256 ? ok(read.value) : err(problem('CONTENT_MISMATCH', 'our copy holds another content'));
}
