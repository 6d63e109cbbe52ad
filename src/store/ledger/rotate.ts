/**
 * A new key for the log. In this order, so that a kill between any two steps leaves a log that opens: the new key is on disk; the
 * entry that names it, sworn by the old one, is committed; a checkpoint with both signatures is on disk; the old key is gone.
 */
import { err, ok, problem, type Result } from '../../core/base/result.ts';
import { formatVkey, noteKey } from '../../core/log/note.ts';
import { rotationBody, rotationText } from '../../core/log/rotation.ts';
import type { EntryDraft } from '../../flows/ports.ts';
import type { LogSigner } from '../../flows/ports-log.ts';
import type { LogKeys } from '../keys/keys.ts';
import type { Publisher } from './publisher.ts';
import type { Sequencer } from './sequencer.ts';

/** Answers the new vkey. Problems: DATA_INVALID. */
export async function rotate(sequence: Sequencer, publisher: Publisher, keys: LogKeys, given: LogSigner | undefined): Promise<Result<string>> {
  if (publisher.key() === undefined) return err(problem('DATA_INVALID', 'a log without genesis has no key to change'));
  const make = (now: LogSigner): LogSigner => (given === undefined ? keys.next(now) : keys.take(given));
  const answer = await sequence.rule((size) => swornIn(publisher, size, make));
  if (!answer.ok) return answer;
  const now = publisher.key();
  return now === undefined ? err(problem('DATA_INVALID', 'the log has no key')) : ok(formatVkey(now));
}

async function swornIn(publisher: Publisher, size: number, make: (now: LogSigner) => LogSigner): Promise<EntryDraft> {
  const { key, signer } = publisher.signer();
  if (publisher.latest()?.size !== size) throw new Error('what was appended last is not signed yet: the key that owes it cannot be changed');
  const next = noteKey(key.name, make(signer).publicKey);
  if (next === undefined) throw new Error('a log key is 32 bytes');
  const rotation = { old: key, new: next, size };
  return { type: 'log-key', fields: { vkey: formatVkey(next) }, body: rotationBody(rotation, await signer.sign(rotationText(rotation))) };
}
