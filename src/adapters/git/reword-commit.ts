/** One commit object written again: its message gets trailers, its parents may be others, everything else stays to the byte. */
import { concat, text, utf8 } from '../../core/base/bytes.ts';
import { err, ok, problem, type Result } from '../../core/base/result.ts';
import type { Oid } from '../../core/change/change.ts';
import type { WordedCommit } from '../../flows/ports.ts';
import { parseCommit } from './commit.ts';
import type { Place } from './place.ts';
import { type Environment, runGit, succeeded } from './run.ts';

const SIGNATURE = /^gpgsig(?:-sha256)? /;
/** No line of a message begins with it, so no line of a message is taken for a comment. */
const NO_COMMENTS = ['-c', 'core.commentChar=\u0001'];

export function worded(id: Oid, raw: Uint8Array): WordedCommit {
  return { ...parseCommit(id, raw), raw, signed: fieldsOf(headerOf(raw)).some((f) => SIGNATURE.test(f)) };
}

/** @param user the user's own environment, for signing. Problem: GIT_FAILED. */
export async function rewordCommit(place: Place, commit: WordedCommit, parents: readonly Oid[], trailers: readonly string[], user: Environment): Promise<Result<WordedCommit>> {
  const said = trailers.length === 0 ? ok(messageOf(commit.raw)) : await withTrailers(place, messageOf(commit.raw), trailers);
  if (!said.ok) return said;
  const written = commit.signed ? await signed(place, commit, parents, said.value, user) : await unsigned(place, commit, parents, said.value);
  return written;
}

/** As `git commit --trailer` would, but for anybody's configuration. A message with a NUL is cut there by git itself. */
async function withTrailers(place: Place, message: Uint8Array, trailers: readonly string[]): Promise<Result<Uint8Array>> {
  if (message.includes(0)) return err(problem('GIT_FAILED', 'the message holds a NUL, and git would cut it there', { remedy: 'reword it by hand: git rebase -i' }));
  return addTrailers(message, trailers, place.objects, NO_COMMENTS);
}

/** @param settings `-c name=value` of what a comment is. Problem: GIT_FAILED. */
export async function addTrailers(message: Uint8Array, trailers: readonly string[], env: Environment, settings: readonly string[]): Promise<Result<Uint8Array>> {
  const asked = ['interpret-trailers', '--no-divider', '--if-exists', 'addIfDifferent', ...trailers.flatMap((t) => ['--trailer', t])];
  return succeeded('interpret-trailers', await runGit([...settings, ...asked], { env, input: message }));
}

async function unsigned(place: Place, commit: WordedCommit, parents: readonly Oid[], message: Uint8Array): Promise<Result<WordedCommit>> {
  const raw = concat(utf8Latin(`${headerWith(commit, parents)}\n`), message);
  const printed = succeeded('hash-object', await runGit(['hash-object', '-t', 'commit', '-w', '--stdin'], { env: place.refs, input: raw }));
  return printed.ok ? ok(worded(idIn(printed.value), raw)) : printed;
}

/** What stands in the header before the message, its parents replaced. */
function headerWith({ raw }: WordedCommit, parents: readonly Oid[]): string {
  const fields = fieldsOf(headerOf(raw)).filter((f) => !SIGNATURE.test(f) && !f.startsWith('parent '));
  const [tree = '', ...rest] = fields;
  return [tree, ...parents.map((p) => `parent ${p}`), ...rest].map((f) => `${f}\n`).join('');
}

/** Git makes the signature, so git makes the commit: with what it says of people, dates and encoding. */
async function signed(place: Place, commit: WordedCommit, parents: readonly Oid[], message: Uint8Array, user: Environment): Promise<Result<WordedCommit>> {
  const fields = fieldsOf(headerOf(commit.raw));
  const field = (name: string): string => fields.find((f) => f.startsWith(`${name} `))?.slice(name.length + 1) ?? '';
  const encoding = field('encoding');
  const args = ['-c', `i18n.commitEncoding=${encoding === '' ? 'UTF-8' : encoding}`, 'commit-tree', '-S', ...parents.flatMap((p) => ['-p', p]), '-F', '-', commit.tree];
  const env = { ...user, GIT_DIR: place.gitDir, ...identOf('AUTHOR', field('author')), ...identOf('COMMITTER', field('committer')) };
  const printed = succeeded('commit-tree', await runGit(args, { env, input: message, seconds: 600 }));
  if (!printed.ok) {
    const remedy = 'unlock your signing key and run it again, or reword this commit by hand: git rebase -i';
    return err({ ...printed.error, message: `commit ${commit.id.slice(0, 12)} could not be signed again: ${printed.error.message}`, remedy });
  }
  const id = idIn(printed.value);
  const raw = succeeded('cat-file', await runGit(['cat-file', 'commit', id], { env: place.objects }));
  return raw.ok ? ok(worded(id, raw.value)) : raw;
}

function identOf(who: 'AUTHOR' | 'COMMITTER', line: string): Environment {
  const [, name = '', email = '', date = ''] = /^(.*?) ?<([^>]*)> (.*)$/.exec(line) ?? [];
  const read = (latin: string): string => Buffer.from(latin, 'latin1').toString('utf8');
  return { [`GIT_${who}_NAME`]: read(name), [`GIT_${who}_EMAIL`]: read(email), [`GIT_${who}_DATE`]: `@${date}` };
}

const idIn = (printed: Uint8Array): Oid => (text(printed) ?? '').trim();

/** Bytes as they are, one character each: a header may hold any encoding. */
const headerOf = (raw: Uint8Array): string => {
  const all = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('latin1');
  const end = all.indexOf('\n\n');
  return end < 0 ? all.replace(/\n$/, '') : all.slice(0, end);
};
const messageOf = (raw: Uint8Array): Uint8Array => {
  const end = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).indexOf('\n\n');
  return end < 0 ? utf8('') : raw.subarray(end + 2);
};
const utf8Latin = (latin: string): Uint8Array => new Uint8Array(Buffer.from(latin, 'latin1'));

/** A line that begins with a space goes on with the field before. */
const fieldsOf = (header: string): readonly string[] => header.replace(/\n$/, '').split(/\n(?! )/);
