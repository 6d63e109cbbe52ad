/** The log, and what verifies it offline: entries, checkpoint, the trust bundle. Everything here is public by design. */
import { Hono } from 'hono';
import { ok, type Problem, problem } from '../../core/base/result.ts';
import { sizeIn } from '../../core/log/checkpoint.ts';
import { formatVkey } from '../../core/log/note.ts';
import { directory } from '../../flows/directory.ts';
import { exportTrust } from '../../flows/evidence.ts';
import type { ProvenCheckpoint } from '../../flows/witness-collector.ts';
import type { Witnesses } from '../../flows/witnesses.ts';
import type { Door } from '../door.ts';
import { refuse } from '../problem.ts';
import type { ServerWorld } from '../world.ts';

const PAGE = 200;

export function ledger(world: ServerWorld): Hono<Door> {
  const app = new Hono<Door>();
  const whole = (text: string | undefined, fallback: number): number => (text === undefined ? fallback : /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN);

  app.get('/ledger', async (c) => {
    const from = whole(c.req.query('from'), 0);
    const count = whole(c.req.query('count'), PAGE);
    if (Number.isNaN(from) || Number.isNaN(count))
      return refuse(c, [problem('USAGE', 'from and count are whole numbers', { place: 'query', remedy: 'for example ?from=0&count=50' })]);
    const checkpoint = await newest(world);
    const entries = await world.ledger.entries(from, Math.min(count, PAGE));
    const proven = world.witnesses?.latest()?.checkpoint.size ?? 0;
    const shown = entries.map((e) => {
      const text = new TextDecoder().decode(e.bytes);
      return { index: e.index, type: String(JSON.parse(text).type), time: new Date(e.at).toISOString(), digest: e.body, text, proven: e.index < proven };
    });
    return c.json({ size: sizeIn(checkpoint), vkey: (await vkeysOf(world))[0] ?? '', checkpoint, witnesses: standing(world.witnesses), entries: shown });
  });

  app.get('/ledger/checkpoint', async (c) => c.text(await newest(world)));

  app.get('/ledger/sizes/:size', async (c) => {
    const size = whole(c.req.param('size'), Number.NaN);
    const found = Number.isNaN(size) ? ok(null) : await world.witnesses?.at(size);
    if (found === undefined) return refuse(c, [unwitnessed]);
    if (!found.ok) return refuse(c, [found.error]);
    const known = found.value;
    if (known === null)
      return refuse(c, [
        problem('NOT_FOUND', 'no checkpoint of this size was published', { place: c.req.path, remedy: 'entries of one append share a checkpoint: ask for the size after it' }),
      ]);
    return c.json({ size, checkpoint: known.note, proven: known.proven === null ? null : said(known.proven) });
  });

  app.get('/ledger/proof/:index', async (c) => {
    const index = whole(c.req.param('index'), Number.NaN);
    const proof = Number.isNaN(index) ? null : await world.witnesses?.proof(index);
    if (proof === undefined) return refuse(c, [unwitnessed]);
    return proof === null
      ? refuse(c, [
          problem('LOG_QUORUM', `entry ${c.req.param('index')} is not proven`, {
            place: c.req.path,
            remedy: 'wait for the witnesses, or see /api/v1/ledger for why they do not answer',
          }),
        ])
      : c.text(proof);
  });

  app.get('/trust', async (c) => {
    const keys = (await world.logKeys()).toReversed();
    const signed = { vkeys: keys.map(formatVkey), rotations: keys.flatMap((k) => k.until ?? []) };
    const trust = await exportTrust(world, { ...signed, ladder: (await directory(world)).ladder, witnesses: world.witnesses?.policy ?? null });
    return trust.ok ? c.body(trust.value, 200, { 'content-type': 'application/json' }) : refuse(c, [trust.error]);
  });
  return app;
}

/** The one that signs now first. */
const vkeysOf = async (world: ServerWorld): Promise<readonly string[]> => (await world.logKeys()).map(formatVkey);

const unwitnessed = problem('LOG_QUORUM', 'no witnesses are configured, so nothing is proven', { remedy: 'start the server with --witness-policy' });

const newest = ({ witnesses, ledger: log }: ServerWorld): Promise<string> => witnesses?.checkpoint() ?? log.checkpoint();

const said = ({ at, by }: Pick<ProvenCheckpoint, 'at' | 'by'>) => ({ at: iso(at), by: by.map((c) => ({ witness: c.witness, at: iso(c.at) })) });

/** Cosignatures name whole seconds; `at` is the end of one. */
const iso = (at: number): string => new Date(Math.floor(at / 1000) * 1000).toISOString().replace('.000Z', 'Z');

/** null: no witness policy is in force. */
function standing(witnesses: Witnesses | undefined) {
  if (witnesses === undefined) return null;
  const latest = witnesses.latest();
  const why = (p: Problem | null) => (p === null ? null : { code: p.code, message: p.message });
  return {
    policy: witnesses.digest,
    quorum: witnesses.quorum,
    proven: latest === null ? null : { size: latest.checkpoint.size, ...said(latest) },
    fork: why(witnesses.fork()),
    standings: witnesses.standings().map(({ name, size, problem: reason }) => ({ name, size, problem: why(reason) })),
  };
}
