/** `countersign manifest BASE HEAD`: the two digests a human signs, and what is in them. No server, no policy. */
import { base64 } from '../core/base/bytes.ts';
import type { Json } from '../core/base/json.ts';
import { type Problem, problem } from '../core/base/result.ts';
import type { Change, TreeRecord } from '../core/change/change.ts';
import { WHOLE, withRemedy } from '../flows/check-ends.ts';
import type { Repository } from '../flows/ports.ts';
import { openClone } from '../world.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { visible } from './terminal.ts';

export interface ManifestArgs {
  readonly base: string;
  readonly head: string;
  readonly json: boolean;
  /** Any folder of the clone. */
  readonly dir: string;
}

/** @param args `head` is undefined where one argument names both: `BASE..HEAD`, as `check` takes it. */
export async function manifest(args: Omit<ManifestArgs, 'head'> & { readonly head: string | undefined }): Promise<Answer> {
  const ends = args.head === undefined ? args.base.split(/\.{2,3}/) : [args.base, args.head];
  const [base = '', head] = ends;
  if (head === undefined || base === '' || ends.length > 2) return refusal([oneRevision(args.base)], args.json);
  const { repository, naming } = await openClone(args.dir);
  const there = await naming.branch('HEAD');
  if (!there.ok) return refusal([there.error], args.json);
  return runManifest({ ...args, base, head: head === '' ? 'HEAD' : head }, repository);
}

/**
 * The difference from the merge base of both to HEAD; from the empty tree where their histories never met. Exit 0 printed,
 * 2 undecidable: what was not seen may be a nearer merge base, and then these digests name another change than the one meant.
 */
export async function runManifest(args: ManifestArgs, repository: Repository): Promise<Answer> {
  const [base, head] = [await repository.resolve(args.base), await repository.resolve(args.head)];
  if (base === null || head === null) return refusal([unknown(base === null ? args.base : args.head, args.dir)], args.json);
  const change = await repository.change({ repo: args.dir, targetRef: args.base, base, head });
  if (!change.ok) return refusal([withRemedy(change.error)], args.json);
  const { unseen, records } = change.value;
  const code = unseen.length > 0 ? EXIT.refused : EXIT.ok;
  if (args.json) return { code, stdout: `${JSON.stringify(asJson(change.value, code), null, 2)}\n`, stderr: '' };
  if (unseen.length > 0) return refusal(unseen.map((words) => problem('CONTENT_UNSEEN', words, { place: args.dir, remedy: WHOLE })));
  return { code, stdout: asText(change.value), stderr: records.length > 0 ? '' : nothing(args) };
}

const nothing = ({ base, head }: ManifestArgs): string => `countersign: the difference is empty: ${visible(head)} brings nothing that ${visible(base)} does not have\n`;

const oneRevision = (range: string): Problem =>
  problem('USAGE', `${JSON.stringify(range)} is one revision, and a change has two ends`, {
    place: 'command line',
    remedy: 'give BASE and HEAD, for example: manifest origin/main HEAD',
  });

const unknown = (revision: string, dir: string): Problem =>
  problem('NOT_FOUND', `${JSON.stringify(revision)} names no commit`, {
    place: dir,
    remedy: 'give a branch, a tag or a commit id of this repository; `git fetch` brings new ones',
  });

const asText = (change: Change): string => [`manifest ${change.manifest}`, `manifest256 ${change.manifest256}`, ...change.records.map(line), ''].join('\n');

const line = (r: TreeRecord): string => `${r.status} ${r.oldMode} ${r.newMode} ${r.oldId} ${r.newId} ${printable(r.path)}`;

/** Whoever pushes chooses the path: quoted where it would move the terminal's cursor or read as two lines. */
const printable = (path: string): string => (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}"]/u.test(path) ? escaped(JSON.stringify(path)) : path);

const escaped = (quoted: string): string => quoted.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);

function asJson(change: Change, exit: number): Json {
  const { alg, manifest, manifest256, base, mergeBase, head } = change;
  const records = change.records.map(({ status, oldMode, newMode, oldId, newId, path, pathBytes }) => ({
    status,
    oldMode,
    newMode,
    oldId,
    newId,
    path,
    pathBytes: base64(pathBytes),
  }));
  return { version: 1, exit, alg, manifest, manifest256, base, mergeBase, head, records, unseen: change.unseen };
}
