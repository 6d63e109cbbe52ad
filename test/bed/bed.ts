/**
 * A whole installation without its doors, for tests of the flows: a real store, real git repositories, the real object store
 * and parsers, and authenticators that really sign. Only the network, the hook and the browser are absent.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aliasesIn } from '../../src/adapters/git/aliases.ts';
import { objectStore } from '../../src/adapters/git/keep.ts';
import { pushedRecords } from '../../src/adapters/git/records.ts';
import { openRefHistory } from '../../src/adapters/git/ref-history.ts';
import { openRepository } from '../../src/adapters/git/repository.ts';
import { tipReader } from '../../src/adapters/git/tip.ts';
import { languages } from '../../src/adapters/languages/index.ts';
import { base64, base64url, hex, utf8 } from '../../src/core/base/bytes.ts';
import type { Problem, Result } from '../../src/core/base/result.ts';
import { ok } from '../../src/core/base/result.ts';
import { findingKey } from '../../src/core/risk/risk.ts';
import { statementBytes } from '../../src/core/signoff/build.ts';
import { pae } from '../../src/core/signoff/dsse.ts';
import { type EnrolmentSubject, enrolmentStatement, termFrom } from '../../src/core/signoff/enrolment.ts';
import { NAMES } from '../../src/core/signoff/statement.ts';
import { NO_CEILINGS } from '../../src/flows/ceiling.ts';
import { dossierOf } from '../../src/flows/dossier.ts';
import { recordEnrolment } from '../../src/flows/enrol.ts';
import { recordLandings } from '../../src/flows/land.ts';
import type { ChangeRow } from '../../src/flows/ports.ts';
import { type Answers, prepareSignoff, type SigningWorld } from '../../src/flows/prepare.ts';
import { judgePush, type PushAnswer } from '../../src/flows/push.ts';
import type { Judged } from '../../src/flows/push-record.ts';
import { completeSignoff, type Receipt } from '../../src/flows/signoff.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { at } from '../../src/store/test-bed.ts';
import { envelopeOf, type SoftAuthenticator, softAuthenticator } from '../../src/testing/authenticator.ts';
import { type CommitOptions, type FileChange, type GitRoom, gitRoom, type TestRepository } from '../../src/testing/git.ts';
import { testMaker } from '../../src/testing/maker.ts';

export const MAIN = 'refs/heads/main';
export const RP = { rpId: 'countersign.example', origin: 'https://countersign.example' } as const;
const START = Date.UTC(2026, 10, 20);
const LEVELS = { ada: 'L4', ben: 'L5', mara: 'L6', noor: 'L6', kim: 'L7', lee: 'L7', pat: 'L7' } as const;
export type PersonName = keyof typeof LEVELS;
const NAMES_OF_PEOPLE = Object.keys(LEVELS) as readonly PersonName[];
const FOUNDERS: readonly PersonName[] = ['kim', 'lee', 'pat'];

export const POLICY = `version: 1
organisation: Bed
ladder: [L4, L5, L6, L7]
senior: L6
protected: [refs/heads/main, refs/heads/release]
rules:
  - id: destructive
    description: Something would be destroyed
    paths: ["**"]
    when: risk.tier >= critical
    require: { humans: 1, level: L6 }
  - id: pair
    description: Two look at these
    paths: ["pair/**"]
    require: { humans: 2, level: L6 }
  - id: rest
    description: The rest passes
    paths: ["docs/**", "db/**", "pair/**", "countersign.yml", ".countersign/**"]
    optional: true
`;

/** Ends a policy, and takes more terms behind it: two from outside, for an hour, with a review that is owed. */
export const GLASS_TERMS = `break_glass:
  humans: 2
  level: L6
  alone_after: 10m
  expires: 1h
  review: {within: 24h, level: L6}
`;

export const roster = (levels: { readonly [id: string]: string } = LEVELS): string => `version: 1
people:
${Object.entries(levels)
  .map(([id, level]) => `  - { id: ${id}, name: ${id}, level: ${level}, emails: [${id}@example.org], accounts: [${id}] }`)
  .join('\n')}
agents:
  - { id: robo, owner: ben, emails: [robo@example.org], accounts: [robo] }
`;

export interface Bed {
  readonly room: GitRoom;
  readonly world: SigningWorld;
  readonly store: Store;
  /** The folder the store has open. */
  readonly data: string;
  readonly work: TestRepository;
  readonly served: TestRepository;
  readonly keys: Readonly<Record<PersonName, SoftAuthenticator>>;
  readonly clock: { now: number };
  /** Tip of the served main. */
  tip(): string;
  /** A commit on top of `on`, the served main unless told, by ada unless told. */
  commit(files: { readonly [path: string]: FileChange }, options?: CommitOptions & { readonly on?: string; readonly by?: string }): string;
  /** Judges a move of a protected ref; the objects arrive as git's own quarantine would leave them once it is migrated. */
  push(head: string, more?: { readonly ref?: string; readonly pusher?: string | null; readonly old?: string }): Promise<PushAnswer>;
  /** The same, for the one judged update. */
  judged(head: string, more?: { readonly ref?: string; readonly pusher?: string | null; readonly old?: string }): Promise<Judged>;
  /** git moves the ref, post-receive records it. */
  land(head: string, ref?: string): Promise<number>;
  row(id: string): Promise<ChangeRow>;
  answers(id: string, change?: Partial<Answers>): Promise<Answers>;
  /** Prepares, seals with the person's passkey, completes. */
  sign(person: PersonName, id: string, change?: Partial<Answers>): Promise<Result<Receipt, readonly Problem[]>>;
  /** The statement the server prepares for this person. Throws where it refuses. */
  statement(person: PersonName, id: string, change?: Partial<Answers>): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface BedOptions {
  /** What the store is opened on, by its folder; where the tests of the store keep theirs unless told. */
  readonly where?: typeof at;
  /** People of the roster beside those who have keys. */
  readonly crowd?: { readonly [id: string]: string };
  /** When it is, milliseconds since 1970: for programs that ask their own clock. */
  readonly start?: number;
  /** Files of the first commit beside those every bed has. */
  readonly more?: { readonly [path: string]: FileChange };
}

export async function openBed(mode: 'production' | 'demo' = 'production', policy = POLICY, { where = at, crowd = {}, start = START, more = {} }: BedOptions = {}): Promise<Bed> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-bed-'));
  const room = gitRoom();
  const work = room.init();
  // Everybody enrolled long before: no test but one of cool-downs waits for any.
  const clock = { now: start - 48 * 3_600_000 };
  work.commit({ 'countersign.yml': policy, '.countersign/roster.yml': roster({ ...LEVELS, ...crowd }), 'db/000.sql': 'create table orders (id int);\n', ...more }, author('kim'));
  work.git('branch', 'release');
  const served = work.bare();
  const data = join(folder, 'data');
  const opened = await openStore({ ...(await where(data)), clock: () => clock.now });
  if (!opened.ok) throw new Error(opened.error.message);
  const store = opened.value;
  const keys = Object.fromEntries(NAMES_OF_PEOPLE.map((p) => [p, softAuthenticator({ ...RP, demo: mode === 'demo' })])) as Record<PersonName, SoftAuthenticator>;
  let count = 0;
  const repository = openRepository({ gitDir: served.gitDir });
  const world: SigningWorld = {
    site: { organisation: 'Bed', mode, origin: 'countersign.example/log', rpId: RP.rpId, origins: [RP.origin], url: RP.origin, authenticators: { roots: [testMaker().pin] } },
    ledger: store.ledger,
    projections: store.projections,
    objects: objectStore({ root: join(folder, 'kept'), gitDirOf: (id) => (id === 'infra' ? served.gitDir : undefined) }),
    parsers: languages(),
    records: (of) => pushedRecords((id) => (id === 'infra' ? served.gitDir : undefined), of),
    repositories: new Map([
      [
        'infra',
        {
          id: 'infra',
          title: 'Infra',
          protected: [MAIN],
          repository,
          aliases: (refs) => aliasesIn(served.gitDir, refs),
          history: openRefHistory({ gitDir: served.gitDir }),
          tip: tipReader(served.gitDir, () => repository.resolve('HEAD')),
        },
      ],
    ]),
    gate: store.keys.gate(`${RP.origin}/gate`, '1.0.0'),
    now: () => clock.now,
    ceilings: NO_CEILINGS,
    random: () => utf8(String(++count).padStart(16, '0')),
  };
  const bed = bedOver({ room, world, store, data, work, served, keys, clock }, async () => {
    await store.close();
    room.remove();
    rmSync(folder, { recursive: true, force: true });
  });
  await populate(bed, mode);
  clock.now = start;
  return bed;
}

/** The same installation over another opening of its log. Whoever opened that closes it. */
export const overStore = (bed: Bed, store: Store): Bed =>
  bedOver({ ...bed, store, world: { ...bed.world, ledger: store.ledger, projections: store.projections } }, () => bed.close());

type Parts = Pick<Bed, 'room' | 'world' | 'store' | 'data' | 'work' | 'served' | 'keys' | 'clock'>;

function bedOver(parts: Parts, close: () => Promise<void>): Bed {
  const { world, store, work, served, keys } = parts;
  // Under a ref nobody protects.
  const arrived = new Set<string>();
  const arrive = (head: string): void => {
    if (!arrived.has(head)) work.git('push', '-q', served.gitDir, `${head}:refs/heads/arrived/${head}`);
    arrived.add(head);
  };
  const bed: Bed = {
    ...parts,
    close,
    tip: () => served.git('rev-parse', MAIN),
    commit: (files, { on = bed.tip(), by = 'ada', ...options } = {}) => {
      work.git('checkout', '-q', '--detach', on);
      return work.commit(files, { ...author(by), ...options });
    },
    push: (head, { ref = MAIN, pusher = 'ada', old = served.git('rev-parse', ref) } = {}) => {
      arrive(head);
      return judgePush(world, { repo: 'infra', quarantine: undefined, pusher, updates: [{ ref, old, new: head }] });
    },
    judged: async (head, more) => {
      const answer = await bed.push(head, more);
      const [first] = answer.judged;
      if (first === undefined) throw new Error(`nothing was judged: ${JSON.stringify(answer.problems)}`);
      return first;
    },
    land: async (head, ref = MAIN) => {
      arrive(head);
      served.git('update-ref', ref, head);
      return recordLandings(world, 'infra');
    },
    row: async (id) => {
      const [row] = await store.projections.changes({ id, limit: 1 });
      if (row === undefined) throw new Error(`no change ${id}`);
      return row;
    },
    answers: async (id, change) => answersTo(await bed.row(id), world, change),
    statement: async (person, id, change) => {
      const prepared = await prepareSignoff(world, id, person, await bed.answers(id, change));
      if (!prepared.ok) throw new Error(JSON.stringify(prepared.error));
      return prepared.value.statement;
    },
    sign: async (person, id, change) => {
      const prepared = await prepareSignoff(world, id, person, await bed.answers(id, change));
      return prepared.ok ? completeSignoff(world, id, keys[person].signEnvelope(prepared.value.statement)) : prepared;
    },
  };
  return bed;
}

const author = (id: string): { author: { name: string; email: string } } => ({ author: { name: id, email: `${id}@example.org` } });

async function answersTo(row: ChangeRow, world: SigningWorld, change: Partial<Answers> = {}): Promise<Answers> {
  const page = await dossierOf(world.objects, row);
  return {
    decision: 'approve',
    dispositions: row.decision.findings.map((f) => ({ finding: findingKey(f), disposition: 'accepted', note: 'planned' })),
    notChecked: 'the replica',
    answers: (page?.questions ?? []).map((q) => ({ question: q.id, answer: 'restore the snapshot' })),
    assumptions: [],
    conditions: change.decision === 'changes' || change.decision === 'approve_with_conditions' ? ['keep the table'] : [],
    review: { openedAt: new Date(world.now()).toISOString(), activeSeconds: 60, filesViewed: 1, filesTotal: 1 },
    presented: page?.presented ?? '',
    ...change,
  };
}

/** What an enrolment says of one of the bed's people. */
export const subjectFor = (person: string, level: string, key: SoftAuthenticator, kind: EnrolmentSubject['kind'] = 'webauthn'): EnrolmentSubject => ({
  person,
  name: person,
  level,
  keyid: key.keyid,
  blob: base64(key.blob),
  kind,
  credentialId: base64url(key.credentialId),
  aaguid: '',
  backupEligible: false,
  counter: 0,
  ...(kind === 'demo' ? {} : { attestation: key.attestation() }),
});

/** An enrolment, signed by these people. */
export function enrolmentBy(bed: Pick<Bed, 'keys' | 'world' | 'clock'>, subject: EnrolmentSubject, signers: readonly PersonName[]): Uint8Array {
  const statement = statementBytes(enrolmentStatement(subject, RP.rpId, hex(bed.world.random()), termFrom(bed.clock.now)));
  const signed = pae(NAMES.payloadType, statement);
  return envelopeOf(
    statement,
    signers.map((s) => ({ keyid: bed.keys[s].keyid, sig: bed.keys[s].signPae(signed) })),
  );
}

async function populate(bed: Bed, mode: 'production' | 'demo'): Promise<void> {
  const kind = mode === 'demo' ? 'demo' : 'webauthn';
  const founders = FOUNDERS.map((f) => subjectFor(f, LEVELS[f], bed.keys[f], kind));
  const { origin, origins, organisation } = bed.world.site;
  const body = utf8(JSON.stringify({ v: 1, mode, origin, rpId: RP.rpId, origins, organisation, solo: false, founders }));
  const laid = await bed.world.ledger.append(() => ok([{ type: 'genesis', fields: { mode, origin }, body }]));
  if (!laid.ok) throw new Error(laid.error.message);
  for (const person of NAMES_OF_PEOPLE.filter((p) => !FOUNDERS.includes(p))) {
    const enrolled = await recordEnrolment(bed.world, enrolmentBy(bed, subjectFor(person, LEVELS[person], bed.keys[person], kind), ['kim', 'lee']));
    if (!enrolled.ok) throw new Error(JSON.stringify(enrolled.error));
  }
}
