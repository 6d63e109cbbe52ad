/** What a bundle holds, shown to be in the trusted log: every object of it, whatever it is asked for afterwards. */
import { sha256Hex } from '../base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../base/result.ts';
import { type Entry, parseEntry } from '../log/entry.ts';
import type { EntryType } from '../log/kinds.ts';
import { verifyProof } from '../log/proof.ts';
import type { Bundle, Evidence } from './bundle.ts';
import { bySize, type TrustBundle } from './trust-file.ts';

/** Clocks differ by a little. */
const AHEAD = 300_000;

export interface PlacedEntry {
  readonly entry: Entry;
  readonly index: number;
}

interface Member {
  /** `signoffs[0]`. */
  readonly place: string;
  readonly types: readonly EntryType[];
  readonly evidence: Evidence;
}

const GLASS = ['break-glass', 'break-glass-cancel', 'break-glass-review'] as const;

function membersOf({ signoffs, carries = [], ownership = [], landed, gate, glass = [] }: Bundle): readonly Member[] {
  const all = (name: string, types: readonly EntryType[], list: readonly Evidence[]) => list.map((evidence, i): Member => ({ place: `${name}[${i}]`, types, evidence }));
  const one = (place: string, type: EntryType, evidence: Evidence | undefined): readonly Member[] => (evidence === undefined ? [] : [{ place, types: [type], evidence }]);
  return [
    ...all('signoffs', ['signoff'], signoffs),
    ...all('carries', ['carry'], carries),
    ...all('ownership', ['ownership'], ownership),
    ...all('glass', GLASS, glass),
    ...one('landed', 'landed', landed),
    ...one('gate', 'vsa', gate),
  ];
}

export interface Placing {
  /** Where an object of the bundle stands in the log. Problems: LOG_*. */
  readonly of: (evidence: Evidence) => Result<PlacedEntry>;
  /**
   * Objects that are in no log like ours, with their place: no server exports such a bundle, so somebody changed it. Too few witnesses is no
   * such sign, and is told where the object is asked for.
   */
  readonly strays: readonly Problem[];
}

export function placed(bundle: Bundle, trust: TrustBundle): Placing {
  const all = membersOf(bundle).map((member) => ({ ...member, found: logged(member.evidence, trust, member.types) }));
  const strays = all.flatMap(({ place, found }) => (found.ok || found.error.code === 'LOG_QUORUM' ? [] : [{ ...found.error, place }]));
  return { strays, of: (evidence) => all.find((m) => m.evidence === evidence)?.found ?? err(problem('LOG_FORMAT', 'the object is not one of the bundle')) };
}

/** The entry is of one of these types, names exactly this envelope, and is in the trusted log. Problems: LOG_*. */
function logged({ envelope, entry, proof }: Evidence, trust: TrustBundle, types: readonly EntryType[]): Result<PlacedEntry> {
  const proven = bySize(
    trust,
    (keys) => verifyProof(proof, entry, keys, trust.witnesses ?? undefined),
    ({ checkpoint }) => checkpoint.size,
  );
  if (!proven.ok) return proven;
  const parsed = parseEntry(entry);
  if (!parsed.ok) return parsed;
  const seen = proven.value.witnessed?.at ?? Number.POSITIVE_INFINITY;
  // Witnesses keep time: the log's own clock may not run ahead of theirs.
  if (parsed.value.at > seen + AHEAD) return err(problem('LOG_FORK', 'the entry is dated after its witnesses had seen it'));
  const { type } = parsed.value;
  if (!types.some((t) => t === type)) return err(problem('LOG_FORMAT', `the log entry is a ${type}, not a ${types.join(' or ')}`));
  return parsed.value.envelope === sha256Hex(envelope)
    ? ok({ entry: parsed.value, index: proven.value.index })
    : err(problem('LOG_INCLUSION', 'the log entry is of another envelope'));
}
