/** `countersign serve`: opens the data folder, says where to go, runs until told to stop. */
import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { ok, type Problem, problem } from '../core/base/result.ts';
import { notFounded } from '../server/auth/founded.ts';
import { reachable } from '../server/listen.ts';
import { serve as open, readerFrom, type Served } from '../world.ts';
import { DEFAULTS } from './defaults.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { floorsAt } from './floors.ts';
import { keptCheckpoints } from './kept-checkpoint.ts';
import { makersAt } from './pinned-makers.ts';
import { siteFileAt } from './site-file-at.ts';
import { stopped } from './stopped.ts';
import { welcome } from './welcome.ts';
import { witnessPolicyAt } from './witness-policy.ts';

export interface ServeFlags {
  readonly demo?: boolean;
  readonly data?: string;
  readonly port?: string;
  readonly host?: string;
  readonly floor?: readonly string[];
  readonly witnessPolicy?: string;
  readonly known?: readonly string[];
  readonly authenticators?: string;
  readonly site?: string;
}

export async function serve(flags: ServeFlags): Promise<Answer> {
  const asked = settings(flags);
  if ('code' in asked) return refusal([asked]);
  const demo = flags.demo === true;
  const database = process.env.DATABASE_URL || undefined;
  // Everything that can be known before a folder is made: a start that is refused leaves nothing behind.
  const wrong = reachable(asked, demo) ?? nothingToServe(asked.data, demo || database !== undefined) ?? (await portTaken(asked));
  if (wrong !== null) return refusal([wrong]);
  const floors = await floorsAt(flags.floor);
  if (!floors.ok) return refusal(floors.error);
  const site = demo ? ok(null) : await siteFileAt(flags.site ?? process.env.COUNTERSIGN_SITE, asked.data);
  if (!site.ok) return refusal(site.error);
  const policy = await witnessPolicyAt(flags.witnessPolicy ?? process.env.COUNTERSIGN_WITNESS_POLICY, demo);
  if (!policy.ok) return refusal([policy.error]);
  const makers = await makersAt(flags.authenticators ?? process.env.COUNTERSIGN_AUTHENTICATORS);
  if (!makers.ok) return refusal(makers.error);
  const known = await keptCheckpoints(flags.known);
  if (!known.ok) return refusal([known.error]);
  const reader = await readerFrom(process.env);
  if (!reader.ok) return refusal([reader.error]);
  const data = folder(asked.data);
  if (typeof data !== 'string') return refusal([data]);
  const at = { ...asked, data };
  const served = await open({
    ...at,
    database,
    demo,
    floors: floors.value,
    known: known.value,
    ...(site.value === null ? {} : { siteFile: site.value }),
    ...(reader.value === null ? {} : { reader: reader.value }),
    ...(makers.value === null ? {} : { authenticators: makers.value }),
    ...(policy.value === null ? {} : { witnessPolicy: policy.value }),
    log: (line) => process.stderr.write(`countersign: ${line}\n`),
  });
  if (!served.ok) return refusal(served.error);
  // Heard before anybody reads that we listen: whoever waits for those words may end us the moment they come.
  const stop = stopped();
  process.stdout.write(welcome(served.value, at));
  await stop;
  await served.value.close();
  return { code: EXIT.ok, stdout: 'countersign: stopped\n', stderr: '' };
}

export interface Settings {
  readonly data: string;
  readonly port: number;
  readonly host: string;
}

function settings(flags: ServeFlags): Settings | Problem {
  const port = flags.port ?? process.env.COUNTERSIGN_PORT ?? DEFAULTS.port;
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) return problem('USAGE', `${port} is no port`, { place: '--port', remedy: 'a number from 1 to 65535' });
  const data = resolve(flags.data ?? process.env.COUNTERSIGN_DATA ?? DEFAULTS.data);
  return { data, port: Number(port), host: flags.host ?? process.env.COUNTERSIGN_HOST ?? DEFAULTS.host };
}

/** Opening the store would fill the folder with keys of nobody. What is in a database that is there, the store says. @param elsewhere the log is laid out at the start, or is not in the folder. */
const nothingToServe = (data: string, elsewhere: boolean): Problem | null => (elsewhere || existsSync(join(data, 'countersign.db')) ? null : notFounded(data));

/** Asked by listening for a moment. Between this and the server's own listening somebody may come first; then the server says so. */
const portTaken = ({ port, host }: Settings): Promise<Problem | null> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(notListening(`${host}:${port}`, error)));
    probe.listen(port, host, () => probe.close(() => resolve(null)));
  });

function notListening(place: string, error: NodeJS.ErrnoException): Problem {
  const another = `choose another port, for example ${process.env.npm_lifecycle_event === 'start' ? 'npm start -- ' : ''}--port 4181`;
  if (error.code !== 'EADDRINUSE') return problem('USAGE', `this address cannot be listened on: ${error.message}`, { place, remedy: another });
  return problem('USAGE', 'the port is in use: another program listens there, perhaps a Countersign started before', { place, remedy: `stop that one, or ${another}` });
}

function folder(data: string): string | Problem {
  try {
    mkdirSync(data, { recursive: true, mode: 0o700 });
    return realpathSync(data);
  } catch (error) {
    const isFile = error instanceof Error && 'code' in error && (error.code === 'EEXIST' || error.code === 'ENOTDIR');
    const said = error instanceof Error ? error.message : String(error);
    return problem('DATA_INVALID', isFile ? 'this is a file, or lies in one, and data needs a folder' : said, { place: data, remedy: 'choose another --data folder' });
  }
}

export type { Served };
