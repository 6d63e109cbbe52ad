/**
 * What a remote listed, fetched by id: what must be here first, so that nobody's branch or proposal is in its way. Others are taken as far as
 * they can be: halves of what failed are tried by themselves, and what is left in the end has no ref. Whoever may push any branch there
 * chooses what is in it, how large it is, and how long the remote packs for it.
 */
import { join } from 'node:path';
import { err, ok, type Problem, type Result } from '../../core/base/result.ts';
import type { Oid } from '../../core/change/change.ts';
import { type Asking, askRemote, type Failed } from './mirror-git.ts';
import { BRANCHES, type Listing, putRefs, refsIn } from './mirror-refs.ts';
import { removeLeftovers } from './pack.ts';

/** Of one process. An id says what it is of, whoever has it. */
export interface Memory {
  /** What cannot be taken, and until when it is not asked for again, in milliseconds since 1970. */
  readonly spoiled: Map<Oid, { readonly why: Failed; readonly until: number }>;
  /** Mirrors that began, and did not get all in one. */
  readonly parted: Set<string>;
}

export interface Fetching extends Asking {
  readonly gitDir: string;
  readonly memory: Memory;
  /** Of these branches, those without which the fetch has failed. */
  must(branches: readonly string[]): Promise<readonly string[]>;
}

export interface Taken {
  readonly refs: Refs;
  /** What is not among them, and why. */
  readonly left: ReadonlyMap<string, Problem>;
}

type Refs = ReadonlyMap<string, Oid>;

/** The refs of what is here are written down when it resolves, but for branches that are left out: those stand where they stood. */
export async function take(asking: Fetching, listing: Listing): Promise<Result<Taken, Failed>> {
  const { refs, head } = listing;
  const before = await refsIn(asking.gitDir);
  const work: Work = { asking, here: new Set(before.values()), failed: new Map() };
  const missing = (names: Iterable<string>): readonly string[] => [...names].filter((name) => !work.here.has(refs.get(name) ?? ''));
  const idsOf = (names: readonly string[]): readonly Oid[] => [...new Set(names.flatMap((name) => refs.get(name) ?? []))];

  const whole = before.size === 0 ? await allAtOnce(work, idsOf(missing(refs.keys()))) : undefined;
  if (whole?.ok === false) return whole;
  const needed = await asked(asking, head, missing(branchesOf(refs)), before.size === 0);
  const broken = await bring(work, idsOf(needed), asking.until);
  if (broken !== undefined) return err(broken);
  const rest = idsOf(missing(refs.keys())).filter((id) => !isSpoiled(asking, id) && !work.failed.has(id));
  // Written down before anything else: what is fetched next is told of them, and a proposal is little more than its own commits then.
  if (rest.length > 0 && needed.length > 0) await put(asking, listing, standing(refs, work.here, before));
  if (asking.until > Date.now()) await bring(work, rest, (asking.until - Date.now()) / 3);

  await put(asking, listing, standing(refs, work.here, before));
  const why = (name: string): Failed => work.failed.get(refs.get(name) ?? '') ?? asking.memory.spoiled.get(refs.get(name) ?? '')?.why ?? NO_NAME;
  const left = [...missing(refs.keys()), ...listing.strange];
  const [lost] = await asked(
    asking,
    head,
    left.filter((name) => name.startsWith(BRANCHES)),
    false,
  );
  if (lost !== undefined) return err({ ...why(lost), message: `${shown(lost)}: ${why(lost).message}` });
  return ok({ refs: standing(refs, work.here, new Map()), left: new Map(left.map((name) => [shown(name), why(name)])) });
}

const isSpoiled = ({ memory }: Fetching, id: Oid): boolean => (memory.spoiled.get(id)?.until ?? 0) > Date.now();

const NO_NAME: Failed = { code: 'GIT_FAILED', message: 'git takes no such name', remedy: 'give the branch another name at the forge', of: 'content' };
const branchesOf = (refs: Refs): readonly string[] => [...refs.keys()].filter((name) => name.startsWith(BRANCHES));
/** The remote chose it. */
const shown = (name: string): string => utf8(name).replace(/\p{C}/gu, '?').slice(0, 200);
const utf8 = (name: string): string => Buffer.from(name, 'latin1').toString();

/** The default branch, whose policy says which others must. @param first nothing is here that could say. */
async function asked({ must }: Fetching, head: string | null, branches: readonly string[], first: boolean): Promise<readonly string[]> {
  if (branches.length === 0) return [];
  const needed = new Set(first ? [] : await must(branches.map(utf8)));
  return branches.filter((name) => name === head || needed.has(utf8(name)));
}

/** What is not here stands where it stood. */
const standing = (refs: Refs, here: ReadonlySet<Oid>, before: Refs): Refs =>
  new Map(
    [...refs].flatMap(([name, id]) => {
      const at = here.has(id) ? id : name.startsWith(BRANCHES) ? before.get(name) : undefined;
      return at === undefined ? [] : [[name, at] as const];
    }),
  );

const put = ({ gitDir }: Fetching, { head }: Listing, refs: Refs): Promise<void> => putRefs(gitDir, { refs, head: head !== null && refs.has(head) ? head : null });

interface Work {
  readonly asking: Fetching;
  readonly here: Set<Oid>;
  /** In this fetch. */
  readonly failed: Map<Oid, Failed>;
}

/** The first time all of it is asked for in one: it takes a third of the time, and nothing can grow old. Where that fails, never again. */
async function allAtOnce({ asking, here }: Work, ids: readonly Oid[]): Promise<Result<void, Failed>> {
  if (asking.memory.parted.has(asking.gitDir)) return ok(undefined);
  const got = await get(asking, ids);
  if (got.ok) {
    for (const id of ids) here.add(id);
    return got;
  }
  if (got.error.of === 'remote') return got;
  asking.memory.parted.add(asking.gitDir);
  return got.error.of === 'late' ? got : ok(undefined);
}

/** What alone took longer than it may is not asked for again so soon: everybody else waits meanwhile. */
const LATE_MS = 3_600_000;

/** Takes as many as can be taken. Answers what the remote failed with, where it is no use to ask for more. @param ms of one request. */
async function bring({ asking, here, failed }: Work, ids: readonly Oid[], ms: number): Promise<Failed | undefined> {
  const ways = [ids];
  let broken: Failed | undefined;
  for (let some = ways.pop(); some !== undefined; some = ways.pop()) {
    const until = Math.min(asking.until, Date.now() + ms);
    const got: Result<void, Failed> = broken === undefined ? await get({ ...asking, until }, some) : err(broken);
    if (got.ok) {
      for (const id of some) here.add(id);
      continue;
    }
    const { of } = got.error;
    const isOver = of === 'late' && Date.now() >= asking.until;
    if (of === 'remote' || isOver) broken = leave(failed, some, got.error);
    else if (some.length > 1) ways.push(some.slice(some.length / 2), some.slice(0, some.length / 2));
    else {
      leave(failed, some, got.error);
      for (const id of some) if (of !== 'gone') asking.memory.spoiled.set(id, { why: got.error, until: of === 'content' ? Number.POSITIVE_INFINITY : Date.now() + LATE_MS });
    }
  }
  return broken;
}

function leave(failed: Map<Oid, Failed>, ids: readonly Oid[], why: Failed): Failed {
  for (const id of ids) failed.set(id, why);
  return why;
}

const FETCH = ['fetch', '-q', '--no-tags', '--no-auto-gc', '--no-recurse-submodules', '--no-write-fetch-head', '--stdin'];

/** With all they lead to, checked, on disk. What was half written is taken away: git leaves it where it was. */
async function get(asking: Fetching, ids: readonly Oid[]): Promise<Result<void, Failed>> {
  if (ids.length === 0) return ok(undefined);
  const got = await askRemote(FETCH, { ...asking, input: ids.map((id) => `${id}\n`).join('') });
  if (got.ok) return ok(undefined);
  await removeLeftovers(join(asking.gitDir, 'objects'));
  return got;
}
