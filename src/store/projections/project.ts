/**
 * The projector: one entry and its body in, effects out. Pure, so that deleting the projections and replaying the log gives
 * the same rows. It reads what the flows wrote after they verified it; it verifies nothing itself, and an entry it cannot
 * read is refused before it is ever appended.
 */
import { err, ok, problem, type Result } from '../../core/base/result.ts';
import type { Entry } from '../../core/log/entry.ts';
import { type EntryType, fieldFault, isEntryType } from '../../core/log/kinds.ts';
import { isKeyName } from '../../core/log/note.ts';
import { PROVENANCE_LEVELS, type ProvenanceLevel } from '../../core/provenance/provenance.ts';
import { personOf } from '../../core/signoff/build.ts';
import { parseEnvelope } from '../../core/signoff/dsse.ts';
import { claimedKey } from '../../core/signoff/open.ts';
import { NAMES } from '../../core/signoff/statement.ts';
import type { GlassEntry } from '../../flows/ports.ts';
import { type Effect, ERASED_CHANGE } from './effects.ts';
import { boolean, having, json, list, number, oneOf, or, type Read, string } from './read.ts';

/** An entry in its place. `body` null: erased, which the caller knows; a body that is only missing is a fault of the folder. */
export interface PlacedEntry extends Entry {
  readonly index: number;
  readonly body: Uint8Array | null;
}

type Projector = (entry: PlacedEntry) => readonly Effect[] | undefined;

/** Problems: DATA_INVALID, naming the entry, for a type nobody knows, a missing body and a body of another shape. */
export function project(entry: PlacedEntry): Result<readonly Effect[]> {
  const place = `entry ${entry.index} (${entry.type})`;
  if ((entry.index === 0) !== (entry.type === 'genesis')) return err(problem('DATA_INVALID', 'the first entry of a log is its genesis, and no other is', { place }));
  if (!isEntryType(entry.type)) return err(problem('DATA_INVALID', 'an entry of a type this version does not know', { place, remedy: 'use a newer version' }));
  const fault = fieldFault(entry.type, entry.fields);
  if (fault !== undefined) return err(problem('DATA_INVALID', fault, { place }));
  const projector = PROJECTORS[entry.type];
  const effects = projector(entry);
  return effects === undefined
    ? err(problem('DATA_INVALID', `${entry.body === null ? 'the body is missing' : 'the entry does not say what its type must say'}`, { place }))
    : ok(effects);
}

const KEY = { keyid: string, blob: string, kind: oneOf('webauthn', 'sk-ssh', 'demo'), credentialId: string, backupEligible: boolean };
const ENROLLED = having({ person: string, name: string, level: string, ...KEY });
const ENROLMENT = having({ person: having({ id: string, name: string, level: string }), key: having(KEY) });
type Enrolled = NonNullable<ReturnType<typeof ENROLLED>>;

const GENESIS = having({ mode: oneOf('demo', 'production'), origin: string, founders: list(ENROLLED) });

function genesis({ index, at, body, fields }: PlacedEntry): readonly Effect[] | undefined {
  const said = GENESIS(body === null ? undefined : json(body));
  if (said === undefined || said.origin !== fields.origin || said.mode !== fields.mode || !isKeyName(said.origin)) return undefined;
  return said.founders.map((f) => keyEffect(f, index, at));
}

function enrolment({ index, at, body }: PlacedEntry): readonly Effect[] | undefined {
  const said = ENROLMENT(predicate(body, NAMES.enrolmentPredicate));
  const person = said && personOf(said.person.id);
  return person === undefined || said === undefined ? undefined : [keyEffect({ ...said.person, ...said.key, person }, index, at)];
}

const keyEffect = (k: Enrolled, idx: number, since: number): Effect => ({
  do: 'key',
  row: {
    idx,
    person: k.person,
    name: k.name,
    level: k.level,
    keyid: k.keyid,
    blob: k.blob,
    kind: k.kind,
    credential_id: k.credentialId,
    backup_eligible: k.backupEligible ? 1 : 0,
    counter: 0,
    since,
  },
});

const LEVEL: Read<ProvenanceLevel> = (v) => (typeof v === 'string' && PROVENANCE_LEVELS.has(v) ? v : undefined);
const OUTCOME = oneOf('pass', 'signoff', 'refused');
const DECIDED = having({
  title: string,
  pusher: or(string, null),
  behind: or(list(string), []),
  contents: or(list(string), []),
  decision: having({
    tier: string,
    outcome: OUTCOME,
    change: having({ repo: string, targetRef: string, manifest: string, manifest256: string, head: string, paths: list(string) }),
    provenance: having({ level: LEVEL, evidence: list(having({ slot: string, level: LEVEL, tool: string })) }),
  }),
});
type Decided = NonNullable<ReturnType<typeof DECIDED>>;

/** What is left of a decision whose body was erased: that there was one, when, and what it asked in a word. */
function erasedDecision({ index, at, fields }: PlacedEntry): readonly Effect[] | undefined {
  const said = having({ change: string, tier: string, outcome: OUTCOME })(fields);
  if (said === undefined) return undefined;
  const row = { idx: index, id: said.change, tier: said.tier, ...ERASED_CHANGE, created_at: at, updated_at: at };
  return [{ do: 'decide', row, outcome: said.outcome }];
}

function decision(entry: PlacedEntry): readonly Effect[] | undefined {
  if (entry.body === null) return erasedDecision(entry);
  const { index, at, body, fields } = entry;
  const parsed = json(body);
  const said = DECIDED(parsed);
  const whole = having({ decision: (v) => v })(parsed)?.decision;
  const id = string(fields.change);
  if (said === undefined || id === undefined || fields.outcome !== said.decision.outcome || fields.tier !== said.decision.tier) return undefined;
  const { repo, targetRef, manifest, manifest256 } = said.decision.change;
  const shared = { idx: index, title: said.title, pusher: said.pusher, tier: said.decision.tier, created_at: at, updated_at: at };
  const row = { ...shared, id, repo, target_ref: targetRef, manifest, manifest256, decision: JSON.stringify(whole) };
  const rows = said.contents.flatMap((content) => said.behind.map((person) => ({ idx: index, repo, content, person })));
  return [{ do: 'decide', row, outcome: said.decision.outcome }, ...mark(said, index, at), { do: 'remember', rows }];
}

/**
 * The AI mark this change leaves on its paths. What was only remembered does not leave a mark of its own: otherwise a mark on
 * a busy path would renew itself for ever.
 */
function mark({ decision: { change, provenance } }: Decided, idx: number, at: number): readonly Effect[] {
  const seen = provenance.evidence.filter((e) => e.slot !== 'sticky');
  const remembered = provenance.evidence.length > 0 && seen.length < provenance.evidence.length;
  const level = remembered ? PROVENANCE_LEVELS.max('unattributed', ...seen.map((e) => e.level)) : provenance.level;
  if (!PROVENANCE_LEVELS.atLeast(level, 'suggestion')) return [];
  const tool = seen[0]?.tool ?? 'unknown';
  return [{ do: 'mark', row: { idx, repo: change.repo, target_ref: change.targetRef, level, paths: JSON.stringify(change.paths), head: change.head, tool, at } }];
}

const SIGNED = having({
  decision: string,
  signer: having({ id: string }),
  change: having({ repo: string, targetRef: string, manifest: having({ sha256: string }), manifest256: having({ sha256: string }) }),
  policy: having({ tier: string }),
  nonce: string,
  expires: string,
});

function signoff({ index, at, body, envelope, fields }: PlacedEntry): readonly Effect[] | undefined {
  const said = SIGNED(predicate(body, NAMES.predicate));
  const expires = number(Date.parse(said?.expires ?? ''));
  const change = string(fields.change);
  if (said === undefined || expires === undefined || change === undefined || fields.decision !== said.decision) return undefined;
  const { repo, targetRef, manifest, manifest256 } = said.change;
  const names = { repo, target_ref: targetRef, manifest: manifest.sha256, manifest256: manifest256.sha256 };
  const words = { signer: personOf(said.signer.id) ?? said.signer.id, decision: said.decision, tier: said.policy.tier, nonce: said.nonce, expires };
  const row = { idx: index, change, body: envelope, ...names, ...words, at, complete: fields.complete === true ? (1 as const) : (0 as const) };
  const key = body === null ? undefined : claimedKey(body);
  return [{ do: 'sign', row }, ...(key === undefined ? [] : [{ do: 'count', ...key } as const])];
}

const OWNED = having({
  author: having({ id: string }),
  change: having({ repo: string, targetRef: string, manifest: having({ sha256: string }) }),
  nonce: string,
});

function ownership({ index, at, body, envelope, fields }: PlacedEntry): readonly Effect[] | undefined {
  const said = OWNED(predicate(body, NAMES.ownershipPredicate));
  const change = string(fields.change);
  if (said === undefined || change === undefined) return undefined;
  const { repo, targetRef, manifest } = said.change;
  const author = personOf(said.author.id) ?? said.author.id;
  const row = { idx: index, change, body: envelope, repo, target_ref: targetRef, manifest: manifest.sha256, author, nonce: said.nonce, at };
  const key = body === null ? undefined : claimedKey(body);
  return [{ do: 'own', row }, ...(key === undefined ? [] : [{ do: 'count', ...key } as const])];
}

const GLASS = having({ signer: having({ id: string }), change: having({ repo: string, targetRef: string }), nonce: string });

const glass =
  (type: GlassEntry, predicateType: string): Projector =>
  ({ index, at, body, envelope, fields }) => {
    const said = GLASS(predicate(body, predicateType));
    const change = string(fields.change);
    if (said === undefined || change === undefined) return undefined;
    const { repo, targetRef } = said.change;
    const signer = personOf(said.signer.id) ?? said.signer.id;
    const row = { idx: index, type, change, body: envelope, repo, target_ref: targetRef, signer, nonce: said.nonce, at, landed: null, landed_at: null };
    const key = body === null ? undefined : claimedKey(body);
    return [{ do: 'glass', row }, ...(key === undefined ? [] : [{ do: 'count', ...key } as const])];
  };

const PUSHED = having({ change: or(string, ''), repo: string, ref: string, old: string, new: string });
type Pushed = NonNullable<ReturnType<typeof PUSHED>>;
const JUDGED = having({ verdict: string, codes: list(string), mode: or(string, 'enforce'), would: or(string, '') });
const SPENDING = having({ nonces: list(string) });

/**
 * An allowed move is a landing to come. Nonces stand in bodies, never in entries: they salt the signers' names there, and a
 * public salt hides nobody.
 */
function verdict({ index, at, body, envelope, fields }: PlacedEntry): readonly Effect[] | undefined {
  const said = PUSHED(fields);
  const judged = JUDGED(fields);
  if (said === undefined || judged === undefined) return undefined;
  const answer = { ...judged, would: judged.would || judged.verdict, codes: JSON.stringify(judged.codes), unattended: fields.unattended === true ? 1 : 0 };
  const effect: Effect = { do: 'judge', row: { idx: index, ...said, ...answer, body: envelope, at } };
  if (judged.verdict !== 'allow') return [effect];
  const spending = SPENDING(body === null ? undefined : json(body));
  return spending && [effect, landing(said, { index, at, landed: null }, spending.nonces)];
}

function landed({ index, at, body, fields }: PlacedEntry): readonly Effect[] | undefined {
  const said = PUSHED(fields);
  const spent = SPENDING(body === null ? undefined : json(body));
  return said && spent && [landing(said, { index, at, landed: index }, spent.nonces)];
}

const landing = (p: Pushed, { index, at, landed }: { index: number; at: number; landed: number | null }, nonces: readonly string[]): Effect => ({
  do: 'land',
  row: { idx: index, change: p.change, repo: p.repo, target_ref: p.ref, old: p.old, head: p.new, landed },
  nonces,
  at,
});

const CARRIED = having({ v: number, signoff: string });

function carry({ index, at, body, envelope, fields }: PlacedEntry): readonly Effect[] | undefined {
  const [change, signoff] = [string(fields.change), string(fields.signoff)];
  const said = CARRIED(body === null ? undefined : json(body));
  if (change === undefined || signoff === undefined || said?.signoff !== signoff) return undefined;
  return [{ do: 'carry', row: { idx: index, change, signoff, body: envelope, at } }];
}

function violation({ index, at, envelope, fields }: PlacedEntry): readonly Effect[] | undefined {
  const said = having({ repo: string, ref: string, new: string, change: or(string, null) })(fields);
  return said && [{ do: 'violate', row: { idx: index, ...said, body: envelope, at } }];
}

const ERASING = having({ bodies: list(string) });

/** What people signed and what the log then loses are the same bodies, in the same order. */
function erasure({ index, body, fields }: PlacedEntry): readonly Effect[] | undefined {
  const [named, signed] = [ERASING(fields), ERASING(predicate(body, NAMES.erasurePredicate))];
  if (named === undefined || signed === undefined || named.bodies.join() !== signed.bodies.join()) return undefined;
  return [{ do: 'erase', bodies: named.bodies, before: index }];
}

/** What the log keeps and no projection asks for yet. */
const nothing: Projector = () => [];

const PROJECTORS: { readonly [type in EntryType]: Projector } = {
  genesis,
  enrolment,
  decision,
  ownership,
  signoff,
  verdict,
  landed,
  carry,
  violation,
  'break-glass': glass('break-glass', NAMES.breakGlassPredicate),
  'break-glass-cancel': glass('break-glass-cancel', NAMES.breakGlassCancelPredicate),
  'break-glass-review': glass('break-glass-review', NAMES.breakGlassReviewPredicate),
  request: nothing,
  vsa: nothing,
  deployment: nothing,
  roster: nothing,
  revocation: nothing,
  policy: nothing,
  incident: nothing,
  erasure,
  witness: nothing,
  'log-key': nothing,
};

/** The predicate of the in-toto statement in a DSSE envelope, of this type and no other. */
function predicate(body: Uint8Array | null, type: string): unknown {
  const envelope = body === null ? undefined : parseEnvelope(body);
  const said = envelope?.ok ? having({ predicateType: string, predicate: (v) => v })(json(envelope.value.payload)) : undefined;
  return said?.predicateType === type ? said.predicate : undefined;
}
