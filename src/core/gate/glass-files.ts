/**
 * Two files of a break-glass that no server hears of: what people signed, carried to the hook; and what the hook keeps of a push it let
 * through. The attacker writes the first as they like, and the second where they can write beside the repository: what counts of either
 * is what people signed. Bytes: docs/spec/break-glass-spool.md.
 */
import { base64, fromBase64, text, utf8 } from '../base/bytes.ts';
import type { Bytes } from '../base/crypto.ts';
import { err, ok, problem, type Result } from '../base/result.ts';
import { parseEnvelope } from '../signoff/dsse.ts';
import { count, list, matching, object, oneOf, type Shape, shaped, string } from '../signoff/shape.ts';
import { parseStrictJson } from '../signoff/strict-json.ts';
import { parseWord, type UsePredicate } from './break-glass-words.ts';

/** What passed while no server lived. */
export interface SpooledPush {
  readonly repo: string;
  readonly ref: string;
  readonly old: string;
  readonly new: string;
  /** Milliseconds since 1970, by the clock of the machine that ran the hook. */
  readonly at: number;
  /** The exact envelope bytes. */
  readonly uses: readonly Bytes[];
}

/** One use as its envelope says, not verified. */
export interface SaidUse {
  readonly envelope: Bytes;
  readonly predicate: UsePredicate;
}

const HANDED_TYPE = 'application/vnd.countersign.break-glass-handed.v1+json';
const SPOOLED_TYPE = 'application/vnd.countersign.break-glass-spooled.v1+json';

/** Bytes of a file, and people who sign one. */
export const GLASS_CAPS = { bytes: 262_144, uses: 16 } as const;

const OID = matching(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, 'an object id');
const HANDED = object({ mediaType: oneOf(HANDED_TYPE), uses: list(string, 1) });
const SPOOLED = object({
  mediaType: oneOf(SPOOLED_TYPE),
  repo: matching(/^[a-z0-9][a-z0-9._-]*$/, 'a repository'),
  ref: matching(/^refs\/[^\0-\x20\x7f]+$/, 'a ref'),
  old: OID,
  new: OID,
  at: count,
  uses: list(string, 1),
});

/** One line, without a line feed: it is carried in a push option too. */
export const formatHanded = (uses: readonly Bytes[]): string => JSON.stringify({ mediaType: HANDED_TYPE, uses: uses.map(base64) });

/** Problem: BG_SCOPE. One fault refuses the whole. */
export function parseHanded(bytes: Bytes): Result<readonly SaidUse[]> {
  const file = read(bytes, HANDED);
  return file.ok ? usesOf(file.value.uses) : file;
}

export const formatSpooled = ({ repo, ref, old, new: head, at, uses }: SpooledPush): string =>
  `${JSON.stringify({ mediaType: SPOOLED_TYPE, repo, ref, old, new: head, at, uses: uses.map(base64) })}\n`;

/** Problem: BG_SCOPE. */
export function parseSpooled(bytes: Bytes): Result<SpooledPush & { readonly said: readonly SaidUse[] }> {
  const file = read(bytes, SPOOLED);
  const said = file.ok ? usesOf(file.value.uses) : file;
  if (!file.ok || !said.ok) return file.ok ? (said as Result<never>) : file;
  const { repo, ref, old, new: head, at } = file.value;
  return ok({ repo, ref, old, new: head, at, uses: said.value.map((u) => u.envelope), said: said.value });
}

function read<T>(bytes: Bytes, shape: Shape<T>): Result<T> {
  if (bytes.length > GLASS_CAPS.bytes) return bad(`it is longer than ${GLASS_CAPS.bytes} bytes`);
  const json = parseStrictJson(bytes);
  const file = json.ok ? shaped(shape, json.value) : err([json.error]);
  return file.ok ? file : bad(file.error.join(', '));
}

function usesOf(encoded: readonly string[]): Result<readonly SaidUse[]> {
  if (encoded.length > GLASS_CAPS.uses) return bad(`it holds ${encoded.length} statements, and ${GLASS_CAPS.uses} is the most`);
  const uses = encoded.map(readUse);
  const nonces = new Set(uses.map((u) => u?.predicate.nonce));
  if (nonces.size !== uses.length) return bad('it holds a nonce twice');
  const said = uses.flatMap((u) => (u === undefined ? [] : [u]));
  return said.length === uses.length ? ok(said) : bad('one of its statements is no use of break-glass');
}

/** Undefined unless it is the envelope of a use. */
export function readUse(encoded: string): SaidUse | undefined {
  const envelope = fromBase64(encoded);
  const opened = envelope === undefined ? undefined : parseEnvelope(envelope);
  if (envelope === undefined || !opened?.ok || text(opened.value.payload) === undefined) return undefined;
  const word = parseWord(opened.value.payload);
  return word.ok && word.value.kind === 'use' ? { envelope, predicate: word.value.predicate } : undefined;
}

const bad = (why: string): Result<never> => err(problem('BG_SCOPE', `the break-glass cannot be read: ${why}`, { remedy: 'make it again: countersign break-glass offline' }));

/** For files. */
export const handedBytes = (uses: readonly Bytes[]): Bytes => utf8(`${formatHanded(uses)}\n`);
