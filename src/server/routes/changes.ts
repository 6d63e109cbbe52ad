/** The queue and the dossier. */
import { Hono } from 'hono';
import { problem } from '../../core/base/result.ts';
import type { Commit } from '../../core/change/change.ts';
import { SIGSTORE_BUNDLE_TYPE, sigstoreBundle } from '../../core/signoff/sigstore.ts';
import { rostersOf } from '../../flows/directory.ts';
import { dossierOf } from '../../flows/dossier.ts';
import { exportBundle } from '../../flows/evidence.ts';
import { heldOf, remembering } from '../../flows/held.ts';
import { sinceSigned } from '../../flows/moved.ts';
import { ownershipView } from '../../flows/ownership.ts';
import type { ChangeRow, ObjectStore, Repository } from '../../flows/ports.ts';
import { whetherMaySign } from '../../flows/prepare.ts';
import { vsaOfChange } from '../../flows/vsa.ts';
import { provenFirst } from '../../flows/witnesses.ts';
import type { Door } from '../door.ts';
import { refuse } from '../problem.ts';
import type { ServerWorld } from '../world.ts';
import { cursorOf, pageOf } from './paging.ts';
import { byId, given, lastWords, type Named, named, signed } from './said.ts';

const STATES = ['open', 'signed', 'passed', 'landed', 'refused'] as const;
/** Characters of one commit's message that a page is sent. */
const MESSAGE = 2_000;

export function changes(world: ServerWorld): Hono<Door> {
  const app = new Hono<Door>();

  app.get('/', async (c) => {
    const asked = c.req.query('state') ?? 'open';
    const state = STATES.find((s) => s === asked);
    if (state === undefined && asked !== 'all') return refuse(c, [problem('USAGE', `no state ${asked}`, { place: 'state', remedy: `one of ${STATES.join(', ')}, all` })]);
    const page = pageOf(c.req.query('limit'), c.req.query('cursor'));
    if (!page.ok) return refuse(c, [page.error]);
    const { limit, before } = page.value;
    // One more than is shown: whether there is a next page.
    const rows = await world.projections.changes({ ...(state === undefined ? {} : { state }), ...(before === undefined ? {} : { before }), limit: limit + 1 });
    const shown = rows.slice(0, limit);
    const people = byId((await rostersOf(world)).people);
    const words = await lastWords(world, shown, people);
    const once = { ...world, ceilings: remembering(world.ceilings) };
    const held = await Promise.all(shown.map((r) => heldOf(once, r)));
    const last = rows.length > limit ? shown.at(-1) : undefined;
    return c.json({ items: shown.map((r, i) => ({ ...listed(r, people, held[i] ?? []), words: words[i] ?? [] })), next: last === undefined ? null : cursorOf(last.index) });
  });

  app.get('/:id', async (c) => {
    const [row] = await world.projections.changes({ id: c.req.param('id'), limit: 1 });
    if (row === undefined) return refuse(c, [problem('NOT_FOUND', `there is no change ${c.req.param('id')}`, { place: 'id', remedy: 'see /api/v1/changes?state=all' })]);
    const { repo, targetRef, base, head } = row.decision.change;
    const repository = readOnce(world.objects.open(repo));
    const page = await dossierOf(opening(world.objects, repository), row);
    const change = await repository.change({ repo, targetRef, base, head });
    if (page === null) return refuse(c, [problem('CONTENT_UNSEEN', 'our copy of this change cannot be read', { remedy: 'push it again' })]);
    const { people } = await rostersOf(world);
    const me = c.get('session')?.person ?? null;
    return c.json({
      id: row.id,
      state: row.state,
      title: row.title,
      createdAt: row.createdAt,
      pusher: row.pusher,
      decision: row.decision,
      people: Object.fromEntries(people.map((p) => [p.id, named(p)])),
      held: await heldOf(world, row),
      questions: page.questions,
      files: page.files,
      commits: change.ok ? change.value.commits.map(titled) : [],
      signoffs: await signed(world, await given(world, row), byId(people)),
      presented: page.presented,
      ownership: await ownershipView(world, row, me),
      mine: await mineOf(world, row, me),
    });
  });

  app.get('/:id/bundle', async (c) => {
    const bundle = await exportBundle(provenFirst(world.ledger, world.witnesses), world.projections, c.req.param('id'), world.now());
    return bundle.ok ? c.body(bundle.value, 200, { 'content-type': 'application/json' }) : refuse(c, [bundle.error]);
  });

  // The envelope as it was logged, to the byte; or the same as other tools read it.
  app.get('/:id/vsa', async (c) => {
    const asked = c.req.query('as') ?? 'dsse';
    if (asked !== 'dsse' && asked !== 'sigstore') return refuse(c, [problem('USAGE', `no form ${asked}`, { place: 'as', remedy: 'dsse or sigstore' })]);
    const envelope = await vsaOfChange(world.ledger, world.projections, c.req.param('id'));
    if (!envelope.ok) return refuse(c, [envelope.error]);
    if (asked === 'dsse') return c.body(new Uint8Array(envelope.value), 200, { 'content-type': 'application/json' });
    const bundle = sigstoreBundle(envelope.value);
    return bundle.ok ? c.body(bundle.value, 200, { 'content-type': SIGSTORE_BUNDLE_TYPE }) : refuse(c, [bundle.error]);
  });
  return app;
}

/** What the page says to whoever looks at it: whether they may sign, and what moved since they signed an earlier form. */
async function mineOf(world: ServerWorld, row: ChangeRow, person: string | null) {
  const since = person === null || row.state !== 'open' ? null : await sinceSigned(world, row.decision, person);
  return { ...(await whetherMaySign(world, row, person)), since };
}

/** One reading serves the page and its list of commits: four git processes, not eight. */
function readOnce(repository: Repository): Repository {
  let read: ReturnType<Repository['change']> | undefined;
  return {
    resolve: (revision) => repository.resolve(revision),
    change: (of) => {
      read ??= repository.change(of);
      return read;
    },
    steps: (old, head) => repository.steps(old, head),
    mergeBases: (one, other) => repository.mergeBases(one, other),
    file: (revision, path) => repository.file(revision, path),
    blobs: (ids, cap) => repository.blobs(ids, cap),
  };
}

const opening = (objects: ObjectStore, repository: Repository): ObjectStore => ({ ...objects, open: () => repository });

/** Names and messages are the author's own words: shown as text, and never as much as they like. */
const titled = (commit: Commit) => ({ id: commit.id, author: commit.author.name.slice(0, MESSAGE), message: commit.message.slice(0, MESSAGE) });

/** @param held candidates an identity provider keeps from it. */
function listed(row: ChangeRow, people: Named, held: readonly string[]) {
  const { decision } = row;
  const author = decision.excluded.find((e) => e.roles.includes('author'))?.person;
  const owner = decision.excluded.find((e) => e.roles.includes('agent-owner'))?.person;
  const name = (id: string): string => people.get(id)?.name ?? id;
  const free = (ids: readonly string[]) => ids.filter((id) => !held.includes(id)).flatMap((id) => people.get(id) ?? []);
  return {
    id: row.id,
    repo: decision.change.repo,
    targetRef: decision.change.targetRef,
    title: row.title,
    summary: decision.summary,
    tier: decision.tier,
    provenance: decision.provenance.level,
    author: author !== undefined ? name(author) : owner !== undefined ? `an agent of ${name(owner)}` : 'unknown',
    pusher: row.pusher,
    createdAt: row.createdAt,
    state: row.state,
    seats: decision.seats.map((s) => ({ rule: s.rule, humans: s.humans, level: s.level, candidates: free(s.candidates).map(named) })),
    findings: decision.findings.length,
  };
}
