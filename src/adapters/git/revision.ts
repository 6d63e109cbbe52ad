/**
 * What a revision stands for. Git looks for a name in six places and takes the first that answers, so whoever pushes a tag can choose the
 * commit that a branch seems to stand at: `refs/tags/refs/heads/main` answers for a branch that is gone, `refs/tags/main` before one that is
 * there. Here a full name is that ref and no other, and a short one that several answer to is refused.
 */
import { text } from '../../core/base/bytes.ts';
import { ok, problemText, type Result } from '../../core/base/result.ts';
import type { Oid } from '../../core/change/change.ts';
import { AmbiguousName } from '../../flows/ports-names.ts';
import { isId, lines } from './change.ts';
import { commitNamed, elsewhere } from './names.ts';
import { type Place, UnreadableRepository } from './place.ts';
import { type Environment, failure, type GitOutput, runGit, succeeded } from './run.ts';

/** The commit. null: there is none. Rejects where git does not answer, and where a name may be several. */
export async function resolveRevision(place: Place, revision: string): Promise<Oid | null> {
  const pinned = await pinnedRevision(place, revision);
  if (pinned === null || (pinned !== revision && isId(place, pinned))) return pinned;
  const ofId = isId(place, pinned.split(/[~^:]/)[0] ?? '');
  const found = await verified(ofId ? place.objects : place.refs, `${pinned}^{commit}`);
  return isId(place, found) ? found : null;
}

/** A name, and what of git's language of revisions stands behind it. Something else names no ref: `:/text`, `@{upstream}`, nothing. */
const NAMED = /^(?!.*@\{)([^-~^:?*[\\\s\x7f][^~^:?*[\\\s\x7f]*)((?:[~^].*)?)$/;

/** The same revision with a full id in the place of the ref that is named in it, as it was where none is. null: that ref is not there. */
export async function pinnedRevision(place: Place, revision: string): Promise<string | null> {
  if (revision.startsWith('-') || /[\0\n]/.test(revision)) return null;
  const [, name, behind = ''] = NAMED.exec(revision) ?? [];
  if (name === undefined) return revision.startsWith('refs/') ? null : revision;
  if (isId(place, name)) return revision;
  const id = name === '@' || isWhole(name) ? await commitAt(place, name === '@' ? 'HEAD' : name) : await shortNamed(place, name);
  return id === null ? null : `${id}${behind}`;
}

const isWhole = (name: string): boolean => name === 'HEAD' || name.startsWith('refs/');
/** What a line to a git that stays for the next may hold. */
const PLAIN = /^(?:HEAD|refs\/[A-Za-z0-9._/-]+)$/;

/** Where this very ref leads. @param ref HEAD, or a full name: no other place is looked at. */
export async function commitAt(place: Place, ref: string): Promise<Oid | null> {
  const quick = PLAIN.test(ref) ? await commitNamed(place.refs, ref).catch(() => undefined) : undefined;
  if (quick !== undefined) return quick;
  const shown = await asked(place.refs, 'show-ref', '--verify', '--', ref);
  const id = (lines(shown.stdout)[0] ?? '').split(' ')[0] ?? '';
  if (shown.code === 0 && isId(place, id)) {
    const commit = await verified(place.objects, `${id}^{commit}`);
    return isId(place, commit) ? commit : null;
  }
  if (/not a valid ref|bad ref/.test(shown.stderr)) return null;
  throw new UnreadableRepository(problemText(failure('show-ref', shown.code, shown.stderr)));
}

/** By whatever git could mean: what it says itself, an abbreviated id, and every ref that is called so. */
async function shortNamed(place: Place, name: string): Promise<Oid | null> {
  const refs = await refsCalled(place, name);
  const said = [verified(place.refs, `${name}^{commit}`), verified(place.objects, `${name}^{commit}`), ...refs.map((ref) => commitAt(place, ref))];
  const meant = new Set((await Promise.all(said)).filter((id) => id !== null && isId(place, id)));
  if (meant.size > 1) throw new AmbiguousName(name, refs.length > 1 ? refs : [...refs, 'an abbreviated id, or a file of git']);
  const [one = null] = meant;
  return one;
}

/** In git's order. */
async function refsCalled(place: Place, name: string): Promise<readonly string[]> {
  const places = elsewhere(name);
  const listed = await asked(place.refs, 'for-each-ref', '--format=%(refname)', ...places);
  if (listed.code !== 0) throw new UnreadableRepository(problemText(failure('for-each-ref', listed.code, listed.stderr)));
  const there = new Set((text(listed.stdout) ?? '').split('\n'));
  return places.filter((ref) => there.has(ref));
}

/** '' where it is nothing. */
async function verified(env: Environment, revision: string): Promise<string> {
  const output = await asked(env, 'rev-parse', '--verify', '--quiet', '--end-of-options', revision);
  return output.code === 0 ? (lines(output.stdout)[0] ?? '') : '';
}

/** "Git did not answer" is not "there is no such ref": a gate that took one for the other would let a push through. */
async function asked(env: Environment, ...args: readonly string[]): Promise<GitOutput> {
  const output = await runGit(args, { env });
  if (!output.ok) throw new UnreadableRepository(problemText(output.error));
  return output.value;
}

/** Full name of the ref a name stands for, where it is one alone and leads to a commit; of a symbolic one, the ref it leads to. */
export async function refMeant(place: Place, name: string): Promise<string | null> {
  if (NAMED.exec(name)?.[2] !== '') return null;
  const [ref, ...others] = isWhole(name) ? [name] : await refsCalled(place, name);
  if (ref === undefined || others.length > 0 || (await commitAt(place, ref)) === null) return null;
  const leads = await asked(place.refs, 'symbolic-ref', '-q', ref);
  if (leads.code !== 0) return ref === 'HEAD' ? null : ref;
  return lines(leads.stdout)[0] ?? null;
}

/** The object a ref of exactly this full name points to, whatever it is. null: there is no such ref. Problem: GIT_FAILED. */
export async function tipOf({ refs }: Pick<Place, 'refs'>, ref: string): Promise<Result<Oid | null>> {
  const printed = succeeded('for-each-ref', await runGit(['for-each-ref', '--format=%(objectname) %(refname)', ref], { env: refs }));
  if (!printed.ok) return printed;
  return ok(lines(printed.value).flatMap((line) => (line.endsWith(` ${ref}`) ? (line.split(' ')[0] ?? []) : []))[0] ?? null);
}
