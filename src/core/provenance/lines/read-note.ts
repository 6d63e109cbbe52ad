/** Which format a note is in is told by what it holds, never by the ref it stands under: tools changed both. */
import type { Oid } from '../../change/change.ts';
import { isAgentTrace, readAgentTrace } from './agent-trace.ts';
import type { Attribution } from './attribution.ts';
import { fieldsOf, member, parsed } from './fields.ts';
import type { Run } from './fingerprint.ts';
import { readGitAi } from './git-ai.ts';
import { readGitAiOld } from './git-ai-old.ts';
import { FORMAT } from './record.ts';
import { type RecorderKey, readRecord } from './record-read.ts';

export interface NoteLines {
  readonly attribution: Attribution;
  /** Of our own record, which holds the hashes of its lines; of others they are taken from the commit by `runsOf`. */
  readonly runs?: readonly Run[];
}

/** Total: whatever it is, its attribution says what of it was not understood. */
export function readNote(text: string, commit: Oid, keys: readonly RecorderKey[] = []): NoteLines {
  if (!text.trimStart().startsWith('{')) return { attribution: readGitAi(text, commit) };
  if (isRecord(text) && member(parsed(firstOf(text)), 'format') === FORMAT) return readRecord(text, commit, keys);
  const value = fieldsOf(parsed(text));
  const [trace] = isAgentTrace(value) ? readAgentTrace(text).traces : [];
  if (trace !== undefined) return { attribution: { ...trace.attribution, commit } };
  if (typeof value.files === 'object' || String(value.schema_version).startsWith('authorship/')) return { attribution: readGitAiOld(value, commit) };
  return { attribution: nothing(commit, 'it is JSON of no format known, or it is damaged') };
}

const firstOf = (text: string): string => text.split('\n', 1)[0] ?? '';
/** It may be one of ours; anything else certainly is none. */
export const isRecord = (text: string): boolean => text.trimStart().startsWith('{') && firstOf(text).includes(FORMAT);

/** A note that holds nothing that could be read. */
export const nothing = (commit: Oid, why: string): Attribution => ({ commit, source: 'git-ai', version: '', trust: 3, hands: new Map(), files: [], unreadable: [why] });
