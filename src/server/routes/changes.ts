/** The queue and the dossier. */
import { Hono } from 'hono';
import { problem } from '../../core/base/result.ts';
import { directory, type Listed } from '../../flows/directory.ts';
import { dossierOf } from '../../flows/dossier.ts';
import { exportBundle } from '../../flows/evidence.ts';
import type { ChangeRow } from '../../flows/ports.ts';
import { whetherMaySign } from '../../flows/prepare.ts';
import type { Door } from '../door.ts';
import { refuse } from '../problem.ts';
import type { ServerWorld } from '../world.ts';

const STATES = ['open', 'signed', 'passed', 'landed', 'refused'] as const;
const PAGE = 200;

export function changes(world: ServerWorld): Hono<Door> {
  const app = new Hono<Door>();

  app.get('/', async (c) => {
    const asked = c.req.query('state') ?? 'open';
    const state = STATES.find((s) => s === asked);
    if (state === undefined && asked !== 'all') return refuse(c, [problem('USAGE', `no state ${asked}`, { place: 'state', remedy: `one of ${STATES.join(', ')}, all` })]);
    const rows = await world.projections.changes({ ...(state === undefined ? {} : { state }), limit: PAGE });
    const { people } = await directory(world);
    return c.json({ items: rows.map((r) => listed(r, people)) });
  });

  app.get('/:id', async (c) => {
    const [row] = await world.projections.changes({ id: c.req.param('id'), limit: 1 });
    if (row === undefined) return refuse(c, [problem('NOT_FOUND', `there is no change ${c.req.param('id')}`, { place: 'id', remedy: 'see /api/v1/changes?state=all' })]);
    const page = await dossierOf(world.objects, row);
    if (page === null) return refuse(c, [problem('CONTENT_UNSEEN', 'our copy of this change cannot be read', { remedy: 'push it again' })]);
    const { people } = await directory(world);
    const { repo, targetRef, manifest } = row.decision.change;
    const given = (await world.projections.signoffs({ repo, manifest })).filter((s) => s.targetRef === targetRef);
    return c.json({
      id: row.id,
      state: row.state,
      title: row.title,
      createdAt: row.createdAt,
      pusher: row.pusher,
      decision: row.decision,
      people: Object.fromEntries(people.map((p) => [p.id, named(p)])),
      questions: page.questions,
      files: page.files,
      signoffs: given.map((s) => ({
        index: s.index,
        signer: named(people.find((p) => p.id === s.signer) ?? { id: s.signer, name: s.signer, level: '' }),
        decision: s.decision,
        at: s.at,
      })),
      presented: page.presented,
      mine: await whetherMaySign(world, row, c.get('session')?.person ?? null),
    });
  });

  app.get('/:id/bundle', async (c) => {
    const bundle = await exportBundle(world.ledger, world.projections, c.req.param('id'));
    return bundle.ok ? c.body(bundle.value, 200, { 'content-type': 'application/json' }) : refuse(c, [bundle.error]);
  });
  return app;
}

const named = (p: Pick<Listed, 'id' | 'name' | 'level'>) => ({ id: p.id, name: p.name, level: p.level });

function listed(row: ChangeRow, people: readonly Listed[]) {
  const { decision } = row;
  const author = decision.excluded.find((e) => e.roles.includes('author'))?.person;
  const owner = decision.excluded.find((e) => e.roles.includes('agent-owner'))?.person;
  const name = (id: string): string => people.find((p) => p.id === id)?.name ?? id;
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
    seats: decision.seats.map((s) => ({ rule: s.rule, humans: s.humans, level: s.level, candidates: people.filter((p) => s.candidates.includes(p.id)).map(named) })),
    findings: decision.findings.length,
  };
}
