/**
 * Schema and parser accept and refuse the same, for valid statements changed in every way; where a parser refuses more, it is listed here
 * with why, and docs/spec/schemas.md is written from that list. To write it again: npx vitest run --project unit src/core/gate/schema-agreement.test.ts -u
 */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { softAuthenticator, softSshKey } from '../../testing/authenticator.ts';
import { NOW, PASSKEY, RP, signoffInput } from '../../testing/signoffs.ts';
import { genesisOf, subjectOf } from '../../testing/trust-files.ts';
import { base64, text, utf8 } from '../base/bytes.ts';
import { type Bytes, sha256Hex } from '../base/crypto.ts';
import type { Result } from '../base/result.ts';
import { DEFAULT_ON_CHANGE } from '../policy/carry.ts';
import { signoffStatement } from '../signoff/build.ts';
import { parseCarry } from '../signoff/carry.ts';
import { enrolmentIn, enrolmentStatement } from '../signoff/enrolment.ts';
import { parseGenesis } from '../signoff/genesis.ts';
import { ownershipStatement, parseOwnership } from '../signoff/ownership.ts';
import { parseStatement } from '../signoff/parse.ts';
import { erasureStatement, parseErasure, parseRevocation, parseRosterWord, revocationStatement, rosterStatement } from '../signoff/roster-word.ts';
import type { JsonSchema } from '../signoff/shape.ts';
import { parseWord, wordStatement } from './break-glass-words.ts';
import { bodySchemas, statementSchemas } from './statement-schemas.ts';

/** What the words used here mean. */
function accepts(schema: JsonSchema, value: unknown): boolean {
  const kind = value === null ? 'null' : Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value;
  if (schema.type !== undefined && schema.type !== kind) return false;
  if (schema.const !== undefined && schema.const !== value) return false;
  if (Array.isArray(schema.enum) && !schema.enum.includes(value)) return false;
  if (typeof schema.pattern === 'string' && !new RegExp(schema.pattern, 'u').test(String(value))) return false;
  if (typeof value === 'number' && (value < Number(schema.minimum ?? value) || value > Number(schema.maximum ?? value))) return false;
  const some = (of: unknown): number => (of as readonly JsonSchema[]).filter((s) => accepts(s, value)).length;
  if (schema.anyOf !== undefined && some(schema.anyOf) === 0) return false;
  if (schema.oneOf !== undefined && some(schema.oneOf) !== 1) return false;
  if (Array.isArray(value)) {
    const first = (schema.prefixItems ?? []) as readonly JsonSchema[];
    const sized = value.length >= Number(schema.minItems ?? 0) && value.length <= Number(schema.maxItems ?? value.length);
    return sized && value.every((item, i) => accepts(first[i] ?? ((schema.items ?? {}) as JsonSchema), item));
  }
  if (kind !== 'object') return true;
  const members = value as { readonly [name: string]: unknown };
  const properties = (schema.properties ?? {}) as { readonly [name: string]: JsonSchema };
  const missing = ((schema.required ?? []) as readonly string[]).some((name) => !Object.hasOwn(members, name));
  return (
    !missing &&
    Object.entries(members).every(([name, member]) => (Object.hasOwn(properties, name) ? accepts(properties[name] ?? {}, member) : schema.additionalProperties !== false))
  );
}

/** Each statement with one member gone, made another kind, or one too many. */
function* spoiled(value: unknown): Generator<unknown> {
  for (const other of [null, 0, -1, 0.5, '', 'x', true, [], {}]) yield other;
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    yield value.slice(1);
    yield [...value, ...value];
    for (const [i, item] of value.entries()) for (const other of spoiled(item)) yield value.map((v, at) => (at === i ? other : v));
    return;
  }
  yield { ...value, more: 'x' };
  for (const [name, member] of Object.entries(value)) {
    const { [name]: _, ...rest } = value as { readonly [name: string]: unknown };
    yield rest;
    for (const other of spoiled(member)) yield { ...value, [name]: other };
  }
}

interface Kind {
  readonly folder: string;
  readonly valid: unknown;
  readonly parse: (bytes: Bytes) => Result<unknown>;
  /** What the parser refuses beyond the schema: how it says so, what no schema can ask, and a case of it. */
  readonly more: readonly (readonly [says: RegExp, why: string, path: string, to: unknown])[];
}

const time = (path: string): Kind['more'][number] => [/not a time that exists/, 'times exist: the 13th month has the form of one', path, '2026-13-01T00:00:00Z'];
const CHANGE: Kind['more'][number] = [/subject change-manifest/, 'the one subject `change-manifest` is the manifest of `predicate.change`', 'subject.0.name', 'x'];
const HERE = 'is for the installation that reads it: `origin` or `rpId`';

const ORIGIN = 'countersign.example/log';
const { change, seen, nonce, expires, assumptions, policy } = signoffInput();
const credential = PASSKEY;
const securityKey = { ...signoffInput().signer, credential: { id: 'SHA256:x', type: 'sk-ssh', application: 'ssh:', uv: true } as const };
const said = { change, person: 'mara', credential, seen, nonce };
const tier = { uri: policy.uri, digest: { sha256: policy.digest }, tier: policy.tier };
const key = softSshKey('sk-ssh-ed25519');
const founders = ['kim', 'lee'].map((person) => ({ person, key: softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] }) }));
const genesis = JSON.parse(text(genesisOf(founders, ORIGIN)) ?? '') as { readonly founders: readonly { readonly person: string }[] };
const records = utf8(`:100644 100644 ${'1'.repeat(40)} ${'2'.repeat(40)} M\0a.txt\0`);
const side = { base: null, mergeBase: null, head: 'c'.repeat(40), manifest: sha256Hex(records), manifest256: '8'.repeat(64), records: base64(records) };
const carried = { type: 'carry' as const, at: 0, envelope: '', fields: { signoff: 'f'.repeat(64), from: side.manifest, to: side.manifest } };

const KINDS: readonly Kind[] = [
  { folder: 'human-signoff/v1', valid: signoffStatement(signoffInput()), parse: parseStatement, more: [time('predicate.expires')] },
  {
    folder: 'ownership/v1',
    valid: ownershipStatement({
      ...{ author: 'ada', credential, change, filesRead: 1, filesTotal: 3, ran: ['x'], notUnderstood: ['nothing'] },
      ...{ assumptions, seen, nonce, expires },
    }),
    parse: parseOwnership,
    more: [time('predicate.expires')],
  },
  {
    folder: 'break-glass/v1',
    valid: wordStatement({ kind: 'use', reason: 'x', incident: 'y', policy: tier, review: { withinSeconds: 1, level: 'L6' }, expires: new Date(NOW).toISOString() }, said),
    parse: parseWord,
    more: [time('predicate.expires'), CHANGE],
  },
  {
    folder: 'break-glass-cancel/v1',
    valid: wordStatement({ kind: 'cancel', reason: 'x', uses: ['a'.repeat(64)] }, said),
    parse: parseWord,
    more: [CHANGE],
  },
  {
    folder: 'break-glass-review/v1',
    valid: wordStatement({ kind: 'review', outcome: 'justified', note: 'x', uses: ['a'.repeat(64)] }, said),
    parse: parseWord,
    more: [CHANGE],
  },
  {
    folder: 'enrolment/v1',
    valid: enrolmentStatement({ ...subjectOf({ person: 'noor', key, kind: 'sk-ssh' }), expires: '2029-11-20T00:00:00Z' }, RP.rpId, nonce, expires),
    parse: (bytes) => enrolmentIn(bytes, { rpId: RP.rpId, mode: 'production' }),
    more: [
      time('predicate.key.expires'),
      [/^the key |^the public key|proves no human/, '`key.blob` is the OpenSSH blob of a key that can prove a human', 'predicate.key.blob', 'AAAA'],
      [/contradicts itself/, `the subject is that of the blob, and it ${HERE}`, 'predicate.rpId', 'x'],
      [/^the (?:pass|demo )?key /, '`keyid` and `kind` are those of the blob, and no virtual authenticator of a browser', 'predicate.key.kind', 'webauthn'],
    ],
  },
  {
    folder: 'roster/v1',
    valid: rosterStatement({ person: 'noor', action: 'level', level: 'L7', reason: 'x' }, ORIGIN, nonce, expires),
    parse: (bytes) => parseRosterWord(bytes, ORIGIN),
    more: [[/contradicts itself/, `the subject is the person, \`level\` stands with the action \`level\` alone, and it ${HERE}`, 'predicate.action', 'leave']],
  },
  {
    folder: 'revocation/v1',
    valid: revocationStatement({ of: { key: key.keyid }, from: NOW, reason: 'x' }, ORIGIN, nonce),
    parse: (bytes) => parseRevocation(bytes, ORIGIN),
    more: [time('predicate.from'), [/contradicts itself/, `\`of\` names one thing, the subject is its digest, and it ${HERE}`, 'predicate.origin', 'x']],
  },
  {
    folder: 'erasure/v1',
    valid: erasureStatement({ bodies: ['a'.repeat(64), 'b'.repeat(64)], reason: 'x' }, ORIGIN, nonce),
    parse: (bytes) => parseErasure(bytes, ORIGIN),
    more: [[/contradicts itself/, `subjects and \`bodies\` are the same, in the same order, and it ${HERE}`, 'predicate.origin', 'x']],
  },
  {
    folder: 'genesis/v1',
    valid: genesis,
    parse: parseGenesis,
    more: [
      time('founders.0.expires'),
      [/origin cannot be/, '`origin` can be the name of a log', 'origin', 'a b'],
      [/solo/, 'one founder where it is `solo`, else at least two', 'solo', true],
      [/a key is there twice/, 'no key twice', 'founders', [...genesis.founders, genesis.founders[0]]],
      [/has two levels/, 'one level a person', 'founders', [...genesis.founders, { ...genesis.founders[0], keyid: 'x', level: 'L9' }]],
      [/the key of /, 'everything said of a key agrees with its blob', 'rpId', 'x'],
    ],
  },
  {
    folder: 'carry/v1',
    valid: {
      ...{ v: 1, signoff: 'f'.repeat(64), tier: 'elevated', policy: 'e'.repeat(64), signed: side, now: side },
      ...{ rules: [{ rule: 'beta', paths: ['a.txt'], onChange: DEFAULT_ON_CHANGE }], classes: [['a.txt', 'no-change']] },
    },
    parse: (bytes) => parseCarry({ entry: carried, index: 7 }, bytes),
    more: [
      [/do not have the manifest/, '`records` have the manifest beside them', 'now.records', 'AAAA'],
      [/entry and the body/, 'the entry names the same sign-off and manifests', 'signoff', 'x'],
    ],
  },
];

/** Sign-offs of other stages and by another kind of key. */
const OTHERS: readonly Kind[] = [
  { stage: 'implementation' as const, signer: securityKey, intent: '7'.repeat(64) },
  { stage: 'intent' as const, intent: '7'.repeat(64) },
  { stage: 'deploy' as const, deploys: { name: 'plan' as const, sha256: '8'.repeat(64) } },
].map((more) => ({ folder: 'human-signoff/v1', valid: signoffStatement(signoffInput(more)), parse: parseStatement, more: [time('predicate.expires')] }));

/** Whether both say the same; a refusal beyond the schema has to be one of those listed. Answers whether the schema refused. */
function agree({ folder, parse, more }: Kind, schema: JsonSchema, value: unknown): boolean {
  const json = JSON.stringify(value);
  const [read, accepted] = [parse(utf8(json)), accepts(schema, value)];
  if (read.ok && !accepted) expect.fail(`${folder}: read, and not in the schema: ${json}`);
  if (!read.ok && accepted && !more.some(([says]) => says.test(read.error.message))) expect.fail(`${folder}: in the schema, and refused: ${read.error.message}: ${json}`);
  return !accepted;
}

const schemaOf = (folder: string): JsonSchema => [...statementSchemas, ...bodySchemas].find((s) => s.folder === folder)?.schema ?? {};
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe.each([...KINDS, ...OTHERS])('$folder, %#', (kind) => {
  const schema = schemaOf(kind.folder);
  const valid = plain(kind.valid);

  it('is accepted by both', () => {
    const read = kind.parse(utf8(JSON.stringify(valid)));
    expect([accepts(schema, valid), read.ok ? '' : read.error.message]).toEqual([true, '']);
  });

  it('is refused by both with a member gone, of another kind, or one too many', () => {
    const refused = [...spoiled(valid)].filter((other) => agree(kind, schema, other));
    expect(refused.length).toBeGreaterThan(50);
  });

  it.each(kind.more)('is refused beyond the schema as listed: %s', (says, _, path, to) => {
    const other = replaced(valid, path.split('.'), () => to);
    const read = kind.parse(utf8(JSON.stringify(other)));
    expect([accepts(schema, other), read.ok ? '' : read.error.message]).toEqual([true, expect.stringMatching(says)]);
  });

  it('is taken alike with any member changed into anything', () => {
    const paths = [...pathsIn(valid)];
    const near = fc.tuple(fc.constantFrom('', '\n', ' ', '\u0000', 'é', 'A', '0', '\ud83d\ude00'), fc.nat(80)).map(
      ([piece, at]) =>
        (old: unknown) =>
          `${String(old).slice(0, at)}${piece}${String(old).slice(at + 1)}`,
    );
    const anew = fc
      .oneof(
        fc.jsonValue(),
        fc.string({ unit: 'binary' }).filter((t) => t.isWellFormed()),
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
      )
      .map((value) => () => value as unknown);
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.oneof(near, anew), (path, change_) => {
        agree(kind, schema, plain(replaced(valid, path, change_)));
      }),
      { numRuns: 300 },
    );
  });
});

type Path = readonly string[];
function* pathsIn(value: unknown, path: Path = []): Generator<Path> {
  yield path;
  if (typeof value === 'object' && value !== null) for (const [name, item] of Object.entries(value)) yield* pathsIn(item, [...path, name]);
}

function replaced(value: unknown, [name, ...rest]: Path, to: (old: unknown) => unknown): unknown {
  if (name === undefined) return to(value);
  if (Array.isArray(value)) return value.map((item: unknown, i) => (String(i) === name ? replaced(item, rest, to) : item));
  return { ...(value as object), [name]: replaced((value as { readonly [name: string]: unknown })[name], rest, to) };
}

test('every published schema is held against its parser', () => {
  expect(KINDS.map((k) => k.folder).sort()).toEqual([...statementSchemas, ...bodySchemas].map((s) => s.folder).sort());
});

test('the page lists what parsers refuse beyond the schemas', async () => {
  const rows = KINDS.map(({ folder, more }) => `| [${folder}](${folder}/schema.json) | ${more.map(([, why]) => why).join('; ')} |\n`);
  const page = `# Schemas

JSON Schemas (draft 2020-12) of all that people sign and of the bodies a verifier computes again, made of the shapes by which they are read. A test changes
valid ones in every way and holds schema and parser against each other. Generated by \`src/core/gate/schema-agreement.test.ts\`.

Nothing that a schema refuses is read. Beyond it a parser also refuses bytes that are not strict JSON (a doubled member, a byte order mark, bytes that are
not UTF-8, more than 32 levels), and asks what a schema cannot:

| schema | asked beside |
|---|---|
${rows.join('')}
A verifier of a sign-off or of an author's word asks besides that the digests of its subject agree with its predicate, after reading it.

Of the other bodies of the log ([log.md](log.md)) two have a schema: \`policy\` ([policy-entry.schema.json](policy-entry.schema.json)) and \`violation\`
([violation-entry.schema.json](violation-entry.schema.json)). The gate's summary is SLSA's own ([vsa.schema.json](vsa.schema.json)). Patterns are ECMA-262 without flags: \`$\` is the end of the text, never before a last line break.
`;
  await expect(page).toMatchFileSnapshot('../../../docs/spec/schemas.md');
});
