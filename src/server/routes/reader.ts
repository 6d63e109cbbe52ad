/**
 * Questions of a language model, beside a change that waits for people. Asked when somebody signed in opens the change, once for
 * each change while this process runs, one after another; nothing waits for it and nothing is decided by it.
 */
import { Hono } from 'hono';
import { problem, type Result } from '../../core/base/result.ts';
import { dossierOf } from '../../flows/dossier.ts';
import type { ChangeRow } from '../../flows/ports.ts';
import type { Reader } from '../../flows/ports-reader.ts';
import { type Prescreened, prescreen } from '../../flows/prescreen.ts';
import type { Door } from '../door.ts';
import { refuse } from '../problem.ts';
import type { ServerWorld } from '../world.ts';

/** Changes whose answers are kept. */
const KEPT = 500;

type Answer = Result<Prescreened> | undefined;

export function reader(world: ServerWorld): Hono<Door> {
  const app = new Hono<Door>();
  const known = new Map<string, { readonly digest: string; answer: Answer }>();
  let queue: Promise<unknown> = Promise.resolve();

  const ask = (model: Reader, row: ChangeRow): { readonly answer: Answer } => {
    const before = known.get(row.id);
    if (before !== undefined && before.digest === row.decision.factsDigest) return before;
    const kept: { readonly digest: string; answer: Answer } = { digest: row.decision.factsDigest, answer: undefined };
    if (known.size >= KEPT) known.delete(known.keys().next().value ?? '');
    known.set(row.id, kept);
    queue = queue.then(async () => {
      kept.answer = await answered(world, model, row);
    });
    return kept;
  };

  app.get('/:id/reader', async (c) => {
    const { reader: model } = world;
    if (model === undefined) return c.json({ state: 'off' });
    if (c.get('session') === null) return c.json({ state: 'off' });
    const [row] = await world.projections.changes({ id: c.req.param('id'), limit: 1 });
    if (row === undefined) return refuse(c, [problem('NOT_FOUND', `there is no change ${c.req.param('id')}`, { place: 'id' })]);
    if (row.state !== 'open') return c.json({ state: 'off' });
    const { answer } = ask(model, row);
    if (answer === undefined) return c.json({ state: 'reading', model: model.model });
    return c.json(answer.ok ? { state: 'read', ...answer.value } : { state: 'failed', model: model.model, why: answer.error.message });
  });
  return app;
}

/** Never rejects: the next one in the queue is asked whatever became of this one. */
async function answered(world: ServerWorld, model: Reader, row: ChangeRow): Promise<Result<Prescreened>> {
  const failed = (why: string): Result<never> => ({ ok: false, error: problem('READER_UNAVAILABLE', why) });
  try {
    const page = await dossierOf(world.objects, row);
    return page === null ? failed('our own copy of the change cannot be read') : await prescreen(model, row.decision, page.files);
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  }
}
