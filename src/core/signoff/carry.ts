/**
 * A carried sign-off, proved again by somebody who has the log's entry, its body and a clone of what landed: the records
 * that were signed, the records that landed, and the rules it was counted for. Whoever wrote the bundle wrote the body too,
 * so nothing in it is believed but that the records have the digests that were signed and that landed.
 *
 * Only equal records are proved here. That git merges a moved base cleanly would take objects which a clone need not have.
 */
import { compare, fromBase64 } from '../base/bytes.ts';
import { type Bytes, sha256Hex } from '../base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../base/result.ts';
import type { TreeRecord } from '../change/change.ts';
import { CHANGE_CLASSES } from '../change/classes.ts';
import { parseTreeDiff } from '../change/manifest.ts';
import type { Entry } from '../log/entry.ts';
import { type CoveredRule, carryOf, mayCarryAt } from '../policy/carry.ts';
import { PROVENANCE_LEVELS, type ProvenanceLevel } from '../provenance/provenance.ts';
import { TIERS, type Tier } from '../risk/risk.ts';
import { list, nullable, object, oneOf, shaped, string } from './shape.ts';
import type { Statement } from './statement.ts';
import { parseStrictJson } from './strict-json.ts';

const SIDE = object({ base: nullable(string), mergeBase: nullable(string), head: string, manifest: string, manifest256: string, records: string });
const RULE = object({ rule: string, paths: list(string, 1), onChange: object(Object.fromEntries(CHANGE_CLASSES.values.map((c) => [c, string]))) });
/** The body of the entry. */
export const CARRY = object({ v: oneOf(1), signoff: string, tier: string, policy: string, signed: SIDE, now: SIDE, rules: list(RULE, 1), classes: list(list(string)) });

/** One form: the records, and the digests the body gives them. */
interface Form {
  readonly manifest: string;
  readonly manifest256: string;
  readonly records: readonly TreeRecord[];
}

export interface Carry {
  /** Lowercase hex SHA-256 of the envelope it is about. */
  readonly signoff: string;
  readonly tier: string;
  readonly rules: readonly string[];
  readonly signed: Form;
  readonly now: Form;
  /** Its place in the log. */
  readonly index: number;
}

/** @param body whose digest the entry names. Problems: CARRY_INVALID. */
export function parseCarry({ entry, index }: { readonly entry: Entry; readonly index: number }, body: Bytes): Result<Carry> {
  const json = parseStrictJson(body);
  const said = json.ok ? shaped(CARRY, json.value) : err([json.error]);
  if (!said.ok) return invalid(`the carry cannot be read: ${said.error.join(', ')}`);
  const { signoff, tier, rules } = said.value;
  const [signed, now] = [formOf(said.value.signed), formOf(said.value.now)];
  if (signed === undefined || now === undefined) return invalid('the records of the carry do not have the manifest it gives them');
  const { fields } = entry;
  const same = fields.signoff === signoff && fields.from === signed.manifest && fields.to === now.manifest;
  return same ? ok({ signoff, tier, rules: rules.map((r) => r.rule), signed, now, index }) : invalid('the log entry and the body of the carry differ');
}

function formOf({ manifest, manifest256, records }: { readonly manifest: string; readonly manifest256: string; readonly records: string }): Form | undefined {
  const raw = fromBase64(records);
  const parsed = raw === undefined || sha256Hex(raw) !== manifest ? undefined : parseTreeDiff(raw);
  return parsed?.ok ? { manifest, manifest256, records: parsed.value } : undefined;
}

/** What the verifier knows of what landed, from a clone of their own. */
export interface CarryExpectation {
  readonly manifest: string;
  readonly manifest256: string;
  readonly tier?: Tier;
  readonly provenance?: ProvenanceLevel;
  /** The policy's rules that ask, each with those of these paths that are its own; absent: not known, so nothing is carried. */
  readonly covers?: (paths: readonly string[]) => readonly CoveredRule[];
}

/** @param index of the sign-off in the log. Problems: CARRY_INVALID, CARRY_TIER. */
export function checkCarry(carry: Carry, { predicate }: Statement, index: number, at: CarryExpectation): readonly Problem[] {
  const { signed, now } = carry;
  const rules: readonly (readonly [boolean, Problem])[] = [
    [signed.manifest === predicate.change.manifest.sha256 && signed.manifest256 === predicate.change.manifest256.sha256, no('what it says was signed is not what was signed')],
    [now.manifest === at.manifest && now.manifest256 === at.manifest256, no('it was carried to another content than what landed')],
    [carry.index > index, no('it is logged before the sign-off')],
    [noMoreAi(predicate.provenance.level, at.provenance), no('more AI is known of than when it was signed')],
  ];
  const tiers = [carry.tier, predicate.policy.tier, at.tier];
  const high = tiers.every((t) => t !== undefined && TIERS.has(t) && mayCarryAt(t))
    ? []
    : [problem('CARRY_TIER', `nothing is carried at tier ${tiers.map((t) => t ?? 'unknown').join(', ')}`)];
  return [...rules.flatMap(([holds, wrong]) => (holds ? [] : [wrong])), ...high, ...keptProblems(carry, at)];
}

/** Every path of every rule it was counted for holds the record that was signed. */
function keptProblems({ signed, now, rules }: Carry, { covers }: CarryExpectation): readonly Problem[] {
  if (covers === undefined) return [no('which paths its rules cover is not known')];
  const [before, after] = [byPath(signed.records), byPath(now.records)];
  const found = covers([...new Set([...before.keys(), ...after.keys()])]);
  return rules.flatMap((rule) => {
    const own = found.filter((r) => r.rule === rule);
    if (own.length === 0 || own.some((r) => r.paths.length === 0)) return [no(`rule ${rule} asks for nothing here`)];
    if (own.some((r) => carryOf(r.onChange, 'trivial-rebase') !== 'keep')) return [no(`rule ${rule} keeps nothing that moved`)];
    const differing = own.flatMap((r) => r.paths).filter((path) => !equalRecords(before.get(path), after.get(path)));
    return differing.map((path) => no(`${path} of rule ${rule} is not what was signed; that its base alone moved cannot be proved offline`));
  });
}

const byPath = (records: readonly TreeRecord[]): ReadonlyMap<string, TreeRecord> => new Map(records.map((r) => [r.path, r]));

function equalRecords(a: TreeRecord | undefined, b: TreeRecord | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  return compare(a.pathBytes, b.pathBytes) === 0 && a.oldMode === b.oldMode && a.newMode === b.newMode && a.oldId === b.oldId && a.newId === b.newId;
}

const noMoreAi = (signed: string, now: ProvenanceLevel | undefined): boolean => now !== undefined && PROVENANCE_LEVELS.has(signed) && !PROVENANCE_LEVELS.above(now, signed);

const no = (why: string): Problem => problem('CARRY_INVALID', `a sign-off of an earlier form does not count: ${why}`, { remedy: 'have what landed signed as it is' });
const invalid = (why: string): Result<never> => err(no(why));
