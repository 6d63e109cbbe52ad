/** `countersign serve`: opens the data folder, says where to go, runs until told to stop. */
import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { err, ok, type Problem, problem } from '../core/base/result.ts';
import { notFounded } from '../server/auth/founded.ts';
import { reachable } from '../server/listen.ts';
import { openLog } from '../server/logging.ts';
import { openMetrics } from '../server/metrics.ts';
import { callTermsFrom, serve as open, readerFrom, type Served } from '../world.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { floorsAt } from './floors.ts';
import { keptCheckpoints } from './kept-checkpoint.ts';
import { trustAt } from './named-file.ts';
import { makersAt } from './pinned-makers.ts';
import { flagsOf, type ServeSettings, type SettingFlags, settingsFrom, summary, type Told } from './serve-settings.ts';
import { siteFileAt } from './site-file-at.ts';
import { stopped } from './stopped.ts';
import { visibleLines } from './terminal.ts';
import { welcome } from './welcome.ts';
import { witnessPolicyAt } from './witness-policy.ts';

interface ServeFlags extends SettingFlags {
  readonly demo?: boolean;
  readonly config?: string;
  /** Say what would be done, and end. */
  readonly check?: boolean;
  readonly json?: boolean;
}

export async function serve(flags: ServeFlags): Promise<Answer> {
  const demo = flags.demo === true;
  const told = await settingsFrom(flags.config ?? named(process.env.COUNTERSIGN_CONFIG), process.env, flagsOf(flags), demo);
  if (!told.ok) return refusal(told.error, flags.json);
  const { settings, secrets } = told.value;
  const { database, ...secretsOfDoors } = secrets;
  // Everything that can be known before a folder is made: a start that is refused leaves nothing behind.
  const wrong = reachable(settings, demo) ?? nothingToServe(settings.data, demo || database !== undefined) ?? (flags.check === true ? null : await portTaken(settings));
  if (wrong !== null) return refusal([wrong], flags.json);
  if (settings.break_glass_trust !== null && (settings.shared !== null || database !== undefined)) return refusal([NOT_ALONE], flags.json);
  const brought = await broughtBy(settings, demo);
  if (!brought.ok) return refusal(brought.error, flags.json);
  if (flags.check === true) return checked(told.value, flags.json);
  const [data, shared] = [folder(settings.data), settings.shared === null ? undefined : folder(settings.shared)];
  if (typeof data !== 'string') return refusal([data]);
  if (typeof shared === 'object') return refusal([{ ...shared, remedy: 'choose another --shared folder' }]);
  const at = { data, host: settings.host, port: settings.port };
  const journal = openLog({ level: settings.log_level, format: settings.log_format, write: (line) => process.stderr.write(line) });
  journal.say('info', `settings\n${summary(told.value)}`.trimEnd());
  const served = await open({
    ...at,
    database,
    demo,
    ...brought.value,
    ...(shared === undefined ? {} : { shared }),
    drainMs: settings.drain_seconds * 1_000,
    operations: {
      journal,
      metrics: openMetrics({ ofProcess: true }),
      limits: { perSecond: settings.requests_per_second, burst: settings.burst, proxies: settings.proxy },
      ...(settings.streams === 0 ? {} : { streams: { most: settings.streams, ofOne: settings.streams_of_one } }),
      ...secretsOfDoors,
    },
    log: (line) => journal.say('warn', line),
  });
  if (!served.ok) return refusal(served.error);
  // Heard before anybody reads that we listen: whoever waits for those words may end us the moment they come.
  const stop = stopped();
  process.stdout.write(welcome(served.value, at));
  await stop;
  const whole = await served.value.close();
  journal.flush();
  return whole ? { code: EXIT.ok, stdout: 'countersign: stopped\n', stderr: '' } : refusal([cut(settings.drain_seconds)]);
}

const cut = (seconds: number): Problem =>
  problem('GATE_UNAVAILABLE', `stopped, and what was still under way after ${seconds} s was cut off`, {
    remedy: 'nothing that was acknowledged is lost; whoever was cut off pushes or signs again. Raise --drain-seconds to wait longer',
  });

const NOT_ALONE = problem('USAGE', 'a hook cannot tell that no server lives where several may serve its repository', {
  place: '--break-glass-trust',
  remedy: 'leave it away, or DATABASE_URL and --shared; while one of several servers lives, people sign a break-glass there',
});

/** What the settings name, read. */
async function broughtBy(settings: ServeSettings, demo: boolean) {
  const floors = await floorsAt(settings.floor);
  if (!floors.ok) return floors;
  const site = demo ? ok(null) : await siteFileAt(settings.site ?? undefined, settings.data);
  if (!site.ok) return site;
  const policy = await witnessPolicyAt(settings.witness_policy ?? undefined, demo);
  if (!policy.ok) return err([policy.error]);
  const makers = await makersAt(settings.authenticators ?? undefined);
  if (!makers.ok) return makers;
  const known = await keptCheckpoints(settings.known);
  if (!known.ok) return err([known.error]);
  const glass = settings.break_glass_trust;
  const trust = glass === null ? ok(null) : await trustAt(glass);
  if (!trust.ok) return trust;
  const reader = await readerFrom(process.env);
  if (!reader.ok) return err([reader.error]);
  const calls = await callTermsFrom({ hosts: settings.webhook_hosts, networks: settings.webhook_networks }, demo);
  if (!calls.ok) return calls;
  return ok({
    floors: floors.value,
    known: known.value,
    ...(site.value === null ? {} : { siteFile: site.value }),
    ...(reader.value === null ? {} : { reader: reader.value }),
    ...(makers.value === null ? {} : { authenticators: makers.value }),
    ...(policy.value === null ? {} : { witnessPolicy: policy.value }),
    ...(glass === null ? {} : { breakGlassTrust: glass }),
    ...(calls.value === null ? {} : { calls: calls.value }),
  });
}

function checked(told: Told, json = false): Answer {
  const { settings, from, secretsFrom } = told;
  const said = Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, { value, from: from[key as keyof ServeSettings] }]));
  const stdout = json
    ? `${JSON.stringify({ version: 1, exit: EXIT.ok, settings: said, secrets: secretsFrom })}\n`
    : `countersign: these settings hold\n${visibleLines(summary(told))}`;
  return { code: EXIT.ok, stdout, stderr: '' };
}

const named = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

/** Opening the store would fill the folder with keys of nobody. What is in a database that is there, the store says. @param elsewhere the log is laid out at the start, or is not in the folder. */
const nothingToServe = (data: string, elsewhere: boolean): Problem | null => (elsewhere || existsSync(join(data, 'countersign.db')) ? null : notFounded(data));

/** Asked by listening for a moment. Between this and the server's own listening somebody may come first; then the server says so. */
const portTaken = ({ port, host }: Pick<ServeSettings, 'port' | 'host'>): Promise<Problem | null> =>
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
