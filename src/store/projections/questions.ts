/** The questions of `Projections` in SQL. Over a transaction they see what it has written; over the reader, what is committed. */
import { type Selectable, type SelectQueryBuilder, sql } from 'kysely';
import { upgraded } from '../../core/policy/decision.ts';
import { MODES } from '../../core/policy/words.ts';
import { PROVENANCE_LEVELS } from '../../core/provenance/provenance.ts';
import type { ChangeRow, GlassRow, KeyRow, LandingRow, LoggedBody, Memory, Projections, SignoffRow } from '../../flows/ports.ts';
import type { Reading, Schema } from '../schema.ts';

/** What no column answers: as it was read when the log was opened, and appended since. */
export interface ByHeart {
  /** Genesis and what trustees said, oldest first. */
  said(): readonly LoggedBody[];
  /** Places of the sign-offs of a change, oldest first. */
  signed(change: string): readonly number[];
  /** Places of the sign-offs of any change behind this entry, oldest first. */
  signedAfter(index: number): readonly number[];
  /** Places of the violations of this repository, or of all, oldest first. */
  violations(repo?: string): readonly number[];
}

export function projectionsOver(db: Reading, { said, signed, signedAfter, violations }: ByHeart): Projections {
  return {
    changes: async ({ state, repo, id, ids, before, limit }) => {
      const rows = await db
        .selectFrom('changes')
        .selectAll()
        .where('decision', '!=', '')
        .$if(state !== undefined, (q) => q.where('state', '=', state ?? 'open'))
        .$if(repo !== undefined, (q) => q.where('repo', '=', repo ?? ''))
        .$if(id !== undefined, (q) => q.where('id', '=', id ?? ''))
        .$if(ids !== undefined, (q) => q.where('id', 'in', ids ?? []))
        .$if(before !== undefined, (q) => q.where('idx', '<', before ?? 0))
        .orderBy('idx', 'desc')
        .limit(Math.max(0, Math.trunc(limit)))
        .execute();
      return rows.map(changeRow);
    },
    signoffs: async ({ repo, targetRef, manifest, manifests, nonce, body, places, since, unlanded }) => {
      const rows = await db
        .selectFrom('signoffs')
        .selectAll()
        .$if(repo !== undefined, (q) => q.where('repo', '=', repo ?? ''))
        .$if(targetRef !== undefined, (q) => q.where('target_ref', '=', targetRef ?? ''))
        .$if(manifest !== undefined, (q) => q.where('manifest', '=', manifest ?? ''))
        .$if(manifests !== undefined, (q) => q.where('manifest', 'in', manifests ?? []))
        .$if(since !== undefined, (q) => q.where('at', '>=', since ?? 0))
        .$if(unlanded === true, (q) => q.where(({ not, exists, selectFrom }) => not(exists(landedAs(selectFrom('changes').select('changes.id'))))))
        .$if(nonce !== undefined, (q) => q.where('nonce', '=', nonce ?? ''))
        .$if(body !== undefined, (q) => q.where('body', '=', body ?? ''))
        .$if(places !== undefined, (q) => q.where('idx', 'in', places ?? []))
        .orderBy('idx')
        .execute();
      return rows.map(signoffRow);
    },
    keys: async ({ person, keyid }) => {
      const rows = await db
        .selectFrom('keys')
        .selectAll()
        .$if(person !== undefined, (q) => q.where('person', '=', person ?? ''))
        .$if(keyid !== undefined, (q) => q.where('keyid', '=', keyid ?? ''))
        .orderBy('idx')
        .orderBy('keyid')
        .execute();
      return rows.map(keyRow);
    },
    authority: async () => said(),
    ownerships: async ({ repo, manifest, nonce, body }) => {
      const rows = await db
        .selectFrom('ownerships')
        .selectAll()
        .$if(repo !== undefined, (q) => q.where('repo', '=', repo ?? ''))
        .$if(manifest !== undefined, (q) => q.where('manifest', '=', manifest ?? ''))
        .$if(nonce !== undefined, (q) => q.where('nonce', '=', nonce ?? ''))
        .$if(body !== undefined, (q) => q.where('body', '=', body ?? ''))
        .orderBy('idx')
        .execute();
      return rows.map(({ idx, target_ref, ...row }) => ({ index: idx, targetRef: target_ref, ...row }));
    },
    memory: memoryOver(db, { signed, signedAfter, violations }),
    breakGlass: async ({ type, repo, change, nonce, landed }) => {
      const rows = await db
        .selectFrom('break_glass')
        .selectAll()
        .$if(type !== undefined, (q) => q.where('type', '=', type ?? 'break-glass'))
        .$if(repo !== undefined, (q) => q.where('repo', '=', repo ?? ''))
        .$if(change !== undefined, (q) => q.where('change', '=', change ?? ''))
        .$if(nonce !== undefined, (q) => q.where('nonce', '=', nonce ?? ''))
        .$if(landed !== undefined, (q) => q.where('landed', landed ? 'is not' : 'is', null))
        .orderBy('idx')
        .execute();
      return rows.map(glassRow);
    },
    landings: async ({ nonce, change, repo, targetRef, pending }) => {
      const rows = await db
        .selectFrom('landings')
        .selectAll()
        .$if(nonce !== undefined, (q) =>
          q.where(
            'idx',
            'in',
            db
              .selectFrom('nonces')
              .select('landing')
              .where('nonce', '=', nonce ?? ''),
          ),
        )
        .$if(repo !== undefined, (q) => q.where('repo', '=', repo ?? ''))
        .$if(change !== undefined, (q) => q.where('change', '=', change ?? ''))
        .$if(targetRef !== undefined, (q) => q.where('target_ref', '=', targetRef ?? ''))
        .$if(pending !== undefined, (q) => q.where('landed', pending ? 'is' : 'is not', null))
        .orderBy('idx')
        .execute();
      return landingRows(db, rows);
    },
  };
}

/** Values of one `in`: a push may bring thousands of commits. */
const AT_ONCE = 500;

function memoryOver(db: Reading, { signed, signedAfter, violations }: Omit<ByHeart, 'said'>): Memory {
  return {
    signed: async ({ change }) => signed(change),
    signedAfter: async ({ index }) => signedAfter(index),
    marks: async ({ repo, targetRef, since }) => {
      const rows = await db.selectFrom('sticky').selectAll().where('repo', '=', repo).where('target_ref', '=', targetRef).where('at', '>=', since).orderBy('idx').execute();
      // A level nobody knows cannot be written; read as the highest, never skipped.
      return rows.map((r) => ({ level: PROVENANCE_LEVELS.has(r.level) ? r.level : 'agent', paths: JSON.parse(r.paths), seenOn: r.head, seenAt: r.at, tool: r.tool }));
    },
    pushers: async ({ repo, contents }) => {
      const people = new Set<string>();
      for (let at = 0; at < contents.length; at += AT_ONCE) {
        const some = contents.slice(at, at + AT_ONCE);
        for (const { person } of await db.selectFrom('pushers').select('person').distinct().where('repo', '=', repo).where('content', 'in', some).execute()) people.add(person);
      }
      return [...people].sort();
    },
    landed: async ({ repo, targetRef, since }) => (await landedSince(db, { repo, targetRef, since })).toReversed(),
    carries: async ({ change }) => {
      const rows = await db.selectFrom('carries').select(['idx', 'signoff']).where('change', '=', change).orderBy('idx').execute();
      return rows.map(({ idx, signoff }) => ({ index: idx, signoff }));
    },
    standing: async ({ repo, targetRef: only }) => {
      const last = only === undefined ? await lastOfEach(db, repo) : await lastOn(db, repo, only);
      return Promise.all(last.map(async ({ target_ref: targetRef, landed }) => ({ targetRef, ...(await stoodAt(db, repo, targetRef, Number(landed))) })));
    },
    violation: async ({ body }) => (await db.selectFrom('violations').select('idx').where('body', '=', body).limit(1).executeTakeFirst()) !== undefined,
    violations: async ({ repo }) => violations(repo),
    reached: async ({ repo, targetRef, head }) => {
      const row = await landedOn(db, repo, targetRef).select(['landed', 'old', 'change']).where('head', '=', head).orderBy('landed', 'desc').limit(1).executeTakeFirst();
      return row === undefined ? null : { index: Number(row.landed), old: row.old, change: row.change };
    },
    allowed: async ({ change, repo, targetRef, old, head }) => {
      const row = await db
        .selectFrom('verdicts')
        .select(['idx as index', 'body', 'at'])
        .where('change', '=', change)
        .where('repo', '=', repo)
        .where('ref', '=', targetRef)
        .where('old', '=', old)
        .where('new', '=', head)
        .where('verdict', '=', 'allow')
        .orderBy('idx', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row ?? null;
    },
    attended: async ({ repo, since }) => {
      const verdicts = db.selectFrom('verdicts').select('idx').where('repo', '=', repo).where('unattended', '=', 0).where('at', '>=', since);
      return (await verdicts.limit(1).executeTakeFirst()) !== undefined;
    },
    watched: async ({ since }) => {
      const rows = await db.selectFrom('verdicts').selectAll().where('mode', 'in', WATCHING).where('at', '>=', since).orderBy('idx').execute();
      return rows.map(({ change, repo, ref, mode, would, codes, at }) => ({ change, repo, ref, mode, would, codes: JSON.parse(codes), at }));
    },
  };
}

const landedOn = (db: Reading, repo: string, ref: string) => db.selectFrom('landings').where('repo', '=', repo).where('target_ref', '=', ref).where('landed', 'is not', null);

/** An index finds what a mode is, and not what it is not. */
const WATCHING = MODES.filter((mode) => mode !== 'enforce');

/** Landings of one question. */
const LANDINGS = 256;

/** Newest first. Times never go back along the log: the first that is too old ends it, and the years before are never read. */
async function landedSince(db: Reading, { repo, targetRef, since }: Parameters<Memory['landed']>[0]): Promise<readonly { readonly old: string; readonly head: string }[]> {
  const found: { readonly old: string; readonly head: string }[] = [];
  for (let before = Number.MAX_SAFE_INTEGER; ; ) {
    const rows = await db
      .selectFrom('landings')
      .innerJoin('entries', 'entries.idx', 'landings.landed')
      .select(['landings.old', 'landings.head', 'landings.landed', 'entries.at'])
      .where('landings.repo', '=', repo)
      .where('landings.target_ref', '=', targetRef)
      .where('landings.landed', '<', before)
      .orderBy('landings.landed', 'desc')
      .limit(LANDINGS)
      .execute();
    const recent = rows.filter((row) => row.at >= since);
    found.push(...recent.map(({ old, head }) => ({ old, head })));
    const last = rows.at(-1)?.landed ?? null;
    if (recent.length < LANDINGS || last === null) return found;
    before = last;
  }
}

/** The change of exactly what this sign-off is over, where it has landed. */
const landedAs = <O>(changes: SelectQueryBuilder<Schema, 'changes' | 'signoffs', O>): SelectQueryBuilder<Schema, 'changes' | 'signoffs', O> =>
  changes
    .whereRef('changes.manifest', '=', 'signoffs.manifest')
    .whereRef('changes.target_ref', '=', 'signoffs.target_ref')
    .whereRef('changes.repo', '=', 'signoffs.repo')
    .where('changes.state', '=', 'landed');

interface LastLanding {
  readonly target_ref: string;
  readonly landed: number;
}

async function lastOn(db: Reading, repo: string, ref: string): Promise<readonly LastLanding[]> {
  const row = await db
    .selectFrom('landings')
    .select('landed')
    .where('repo', '=', repo)
    .where('target_ref', '=', ref)
    .where('landed', 'is not', null)
    .orderBy('landed', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? [] : [{ target_ref: ref, landed: Number(row.landed) }];
}

/** From ref to ref along the index, for a repository has few and hundreds of thousands of landings on them. */
async function lastOfEach(db: Reading, repo: string): Promise<readonly LastLanding[]> {
  const { rows } = await sql<{ target_ref: string; landed: number | null }>`
    with recursive refs (target_ref) as (
      select min(target_ref) from landings where repo = ${repo}
      union all select (select min(l.target_ref) from landings l where l.repo = ${repo} and l.target_ref > refs.target_ref) from refs where refs.target_ref is not null
    )
    select target_ref, (select max(l.landed) from landings l where l.repo = ${repo} and l.target_ref = refs.target_ref) as landed from refs where target_ref is not null`.execute(
    db,
  );
  return rows.flatMap((row) => (row.landed === null ? [] : [{ target_ref: row.target_ref, landed: row.landed }]));
}

/** @param landed the entry of the last landing on the ref. */
async function stoodAt(db: Reading, repo: string, ref: string, landed: number): Promise<{ readonly head: string; readonly violated: string | null }> {
  const move = await db.selectFrom('landings').select('head').where('landed', '=', landed).executeTakeFirst();
  const found = await db
    .selectFrom('violations')
    .select('new')
    .where('repo', '=', repo)
    .where('ref', '=', ref)
    .where('idx', '>', landed)
    // With a change it is the word of a review about where the ref stood once: nobody found it there.
    .where('change', 'is', null)
    .orderBy('idx', 'desc')
    .limit(1)
    .executeTakeFirst();
  return { head: move?.head ?? '', violated: found?.new ?? null };
}

/** The decision is what a flow appended and the projector read: it is trusted here as the log's own bytes are. */
const changeRow = (r: Selectable<Schema['changes']>): ChangeRow => ({
  id: r.id,
  index: r.idx,
  state: r.state,
  decision: upgraded(JSON.parse(r.decision)),
  title: r.title,
  pusher: r.pusher,
  createdAt: r.created_at,
  updatedAt: r.updated_at,
});

async function landingRows(db: Reading, rows: readonly Selectable<Schema['landings']>[]): Promise<readonly LandingRow[]> {
  const spent = new Map<number, string[]>();
  for (let at = 0; at < rows.length; at += AT_ONCE) {
    const some = rows.slice(at, at + AT_ONCE).map((r) => r.idx);
    for (const { landing, nonce } of await db.selectFrom('nonces').selectAll().where('landing', 'in', some).orderBy('nonce').execute())
      spent.set(landing, [...(spent.get(landing) ?? []), nonce]);
  }
  return rows.map((r) => ({ change: r.change, repo: r.repo, targetRef: r.target_ref, old: r.old, head: r.head, nonces: spent.get(r.idx) ?? [], index: r.landed }));
}

const signoffRow = (r: Selectable<Schema['signoffs']>): SignoffRow => ({
  index: r.idx,
  body: r.body,
  repo: r.repo,
  targetRef: r.target_ref,
  manifest: r.manifest,
  manifest256: r.manifest256,
  signer: r.signer,
  decision: r.decision,
  tier: r.tier,
  nonce: r.nonce,
  expires: r.expires,
  at: r.at,
});

const glassRow = (r: Selectable<Schema['break_glass']>): GlassRow => ({
  type: r.type,
  index: r.idx,
  body: r.body,
  change: r.change,
  repo: r.repo,
  targetRef: r.target_ref,
  signer: r.signer,
  nonce: r.nonce,
  at: r.at,
  landed: r.landed === null || r.landed_at === null ? null : { index: r.landed, at: r.landed_at },
});

const keyRow = (r: Selectable<Schema['keys']>): KeyRow => ({
  index: r.idx,
  person: r.person,
  name: r.name,
  level: r.level,
  keyid: r.keyid,
  blob: r.blob,
  kind: r.kind,
  credentialId: r.credential_id,
  backupEligible: r.backup_eligible === 1,
  counter: r.counter,
  since: r.since,
});
