/**
 * What a statement must be before a key is touched. The server prepared it, and the server may lie: it could show one change
 * and ask to sign another, turn "changes" into "approve", or put words into somebody's mouth. Everything that matters is
 * held against what this machine knows: the address the person gave, the clone, and what the person said.
 */
import { digest, type Json } from '../core/base/json.ts';
import { type Problem, problem } from '../core/base/result.ts';
import { ACCEPTANCE, personUrn } from '../core/signoff/build.ts';
import type { Statement } from '../core/signoff/statement.ts';
import { changeId } from '../flows/identity.ts';
import type { Repository } from '../flows/ports.ts';

export interface Meant {
  /** The change of the address the person gave. */
  readonly id: string;
  readonly person: string;
  readonly keyid: string;
  /** What they said, by member of the statement. */
  readonly said: { readonly [member: string]: Json };
}

/** Problems: CONTENT_MISMATCH, CONTENT_UNSEEN. Empty: the statement says what this person means, of what this clone holds. */
export async function disagreements(statement: Statement, meant: Meant, repository: Repository, place: string): Promise<readonly Problem[]> {
  const words = changedWords(statement, meant);
  if (words.length > 0) return [mismatch(`the server asks to sign other words than yours: ${words.join(', ')}`, place)];
  return changedContent(statement, meant, repository, place);
}

function changedWords({ predicate }: Statement, meant: Meant): readonly string[] {
  const { signer, stage } = predicate;
  const own = new Map<string, unknown>(Object.entries(predicate));
  const names = Object.entries(meant.said).flatMap(([name, value]) => (same(own.get(name), value) ? [] : [name]));
  return [
    ...names,
    ...(predicate.statement === ACCEPTANCE ? [] : ['statement']),
    ...(stage === 'implementation' ? [] : ['stage']),
    ...(signer.id === personUrn(meant.person) ? [] : ['signer']),
    ...(signer.credential.type === 'sk-ssh' && signer.credential.id === meant.keyid ? [] : ['credential']),
  ];
}

const same = (given: unknown, meant: Json): boolean => given !== undefined && digest(given as Json) === digest(meant);

/** Manifest and manifest256 recomputed from the person's own objects, and the address they gave is of exactly that. */
async function changedContent({ predicate: { change } }: Statement, meant: Meant, repository: Repository, place: string): Promise<readonly Problem[]> {
  const head = change.head.gitCommit;
  if ((await repository.resolve(head)) === null) return [unseen(`commit ${head.slice(0, 12)} is not in this clone`, place)];
  const own = await repository.change({ repo: change.repo, targetRef: change.targetRef, base: change.base?.gitCommit ?? null, head });
  if (!own.ok) return [unseen(own.error.message, place)];
  const { manifest, manifest256, unseen: missing, headTree } = own.value;
  if (missing.length > 0) return [unseen(missing.join('; '), place)];
  const agrees = manifest === change.manifest.sha256 && manifest256 === change.manifest256.sha256 && headTree === change.head.gitTree;
  if (!agrees) return [mismatch('the server asks to sign other content than this clone holds', place)];
  const asked = changeId({ repo: change.repo, targetRef: change.targetRef, manifest });
  return asked === meant.id ? [] : [mismatch(`the server asks to sign change ${asked}, and the address is of ${meant.id}`, place)];
}

const mismatch = (message: string, place: string): Problem => problem('CONTENT_MISMATCH', message, { place, remedy: 'do not sign; tell whoever runs the server' });
const unseen = (message: string, place: string): Problem =>
  problem('CONTENT_UNSEEN', message, { place, remedy: "fetch the author's branch into this clone, or name the clone that holds the change with --repo" });
