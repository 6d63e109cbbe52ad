/** `countersign manifest BASE HEAD`: the two digests a human signs, and what is in them. No server, no policy. */
import { base64 } from '../core/base/bytes.ts';
import type { Json } from '../core/base/json.ts';
import { type Problem, problem } from '../core/base/result.ts';
import type { Change, TreeRecord } from '../core/change/change.ts';
import type { Repository } from '../flows/ports.ts';
import { openClone } from '../world.ts';
import { type Answer, refusal } from './exit.ts';

export interface ManifestArgs {
  readonly base: string;
  readonly head: string;
  readonly json: boolean;
  /** Any folder of the clone. */
  readonly dir: string;
}

export async function manifest(args: ManifestArgs): Promise<Answer> {
  return runManifest(args, (await openClone(args.dir)).repository);
}

/** The difference from the merge base of both to HEAD; from the empty tree where their histories never met. Exit 0 printed, 2 undecidable. */
export async function runManifest(args: ManifestArgs, repository: Repository): Promise<Answer> {
  const [base, head] = [await repository.resolve(args.base), await repository.resolve(args.head)];
  if (base === null || head === null) return refusal([unknown(base === null ? args.base : args.head, args.dir)], args.json);
  const change = await repository.change({ repo: args.dir, targetRef: args.base, base, head });
  if (!change.ok) return refusal([change.error], args.json);
  const stdout = args.json ? `${JSON.stringify(asJson(change.value), null, 2)}\n` : asText(change.value);
  return { code: 0, stdout, stderr: change.value.unseen.map((words) => `not seen: ${words}\n`).join('') };
}

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

function asJson(change: Change): Json {
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
  return { alg, manifest, manifest256, base, mergeBase, head, records, unseen: change.unseen };
}
