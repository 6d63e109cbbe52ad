/**
 * What a server is told: by a file, by the environment, by flags, each stronger than the one before. One table says what there is,
 * and from it come the file's schema, the names in the environment, the checks and the summary. A secret is never a value here: it
 * stands in a file of its own, or in the environment, and the summary says only that it is there.
 */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import * as z from 'zod';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { shaped, shapedValue } from '../core/policy/file-shape.ts';
import { hint } from '../core/policy/suggest.ts';
import { readYaml, remedyOf } from '../core/policy/yaml-file.ts';
import { LOG_LEVELS } from '../server/log-levels.ts';
import { DEFAULTS } from './defaults.ts';
import { unreadable } from './unreadable.ts';

const path = z.string().min(1, 'must not be empty').max(4_096);
const paths = z.array(path).max(100);
const whole = (least: number, most: number, what: string) => z.int(what).min(least, what).max(most, what);

/** `path`: a relative one is meant from the file it stands in, elsewhere from the folder of the process. */
interface Setting<T> {
  readonly shape: z.ZodType<T>;
  readonly env: string;
  readonly kind: 'path' | 'paths' | 'number' | 'words' | 'list';
  readonly fallback: T | ((demo: boolean) => T) | null;
  readonly words: string;
}
const setting = <T>(of: Setting<T>): Setting<T> => of;

/** By the key in the file; the flag is the same word with dashes. */
export const SETTINGS = {
  data: setting({ shape: path, env: 'COUNTERSIGN_DATA', kind: 'path', fallback: DEFAULTS.data, words: 'data folder' }),
  host: setting({ shape: z.string().min(1).max(255), env: 'COUNTERSIGN_HOST', kind: 'words', fallback: DEFAULTS.host, words: 'address to bind' }),
  port: setting({ shape: whole(1, 65_535, 'must be a number from 1 to 65535'), env: 'COUNTERSIGN_PORT', kind: 'number', fallback: Number(DEFAULTS.port), words: 'port' }),
  floor: setting({ shape: paths, env: 'COUNTERSIGN_FLOOR', kind: 'paths', fallback: [], words: 'floors of policy' }),
  witness_policy: setting({ shape: path, env: 'COUNTERSIGN_WITNESS_POLICY', kind: 'path', fallback: null, words: 'whose cosignatures prove the log' }),
  authenticators: setting({ shape: path, env: 'COUNTERSIGN_AUTHENTICATORS', kind: 'path', fallback: null, words: 'makers of security keys' }),
  break_glass_trust: setting({
    shape: path,
    env: 'COUNTERSIGN_BREAK_GLASS_TRUST',
    kind: 'path',
    fallback: null,
    words: 'by this trust file hooks verify a break-glass while no server lives',
  }),
  shared: setting({ shape: path, env: 'COUNTERSIGN_SHARED', kind: 'path', fallback: null, words: 'what several servers share: copies of what was pushed' }),
  site: setting({ shape: path, env: 'COUNTERSIGN_SITE', kind: 'path', fallback: null, words: 'repositories, sign-in and roles: site.yml of the data folder unless told' }),
  known: setting({ shape: paths, env: 'COUNTERSIGN_KNOWN', kind: 'paths', fallback: [], words: 'checkpoints kept elsewhere' }),
  log_level: setting({ shape: z.enum(LOG_LEVELS), env: 'COUNTERSIGN_LOG_LEVEL', kind: 'words', fallback: (demo) => (demo ? 'warn' : 'info'), words: 'least that is logged' }),
  log_format: setting({ shape: z.enum(['json', 'text']), env: 'COUNTERSIGN_LOG_FORMAT', kind: 'words', fallback: (demo) => (demo ? 'text' : 'json'), words: 'form of the log' }),
  metrics_token_file: setting({ shape: path, env: 'COUNTERSIGN_METRICS_TOKEN_FILE', kind: 'path', fallback: null, words: 'who brings this token may read /metrics' }),
  drain_seconds: setting({
    shape: whole(0, 3_600, 'must be a number of seconds from 0 to 3600'),
    env: 'COUNTERSIGN_DRAIN_SECONDS',
    kind: 'number',
    fallback: 20,
    words: 'what is under way may take so long to finish',
  }),
  requests_per_second: setting({
    shape: whole(0, 1_000_000, 'must be a number from 0 (no limit) to 1000000'),
    env: 'COUNTERSIGN_REQUESTS_PER_SECOND',
    kind: 'number',
    fallback: 300,
    words: 'of one person or address, in the long run; 0: no limit',
  }),
  burst: setting({
    shape: whole(1, 1_000_000, 'must be a number from 1 to 1000000'),
    env: 'COUNTERSIGN_BURST',
    kind: 'number',
    fallback: 3_000,
    words: 'of one person or address at once',
  }),
  streams: setting({
    shape: whole(0, 100_000, 'must be a number from 0 (nobody listens) to 100000'),
    env: 'COUNTERSIGN_STREAMS',
    kind: 'number',
    fallback: 2_000,
    words: 'streams of events open at once; 0: none',
  }),
  streams_of_one: setting({
    shape: whole(1, 100_000, 'must be a number from 1 to 100000'),
    env: 'COUNTERSIGN_STREAMS_OF_ONE',
    kind: 'number',
    fallback: 20,
    words: 'of one person or address',
  }),
  proxy: setting({
    shape: z.array(z.union([z.ipv4(), z.ipv6()], 'must be an address')).max(100),
    env: 'COUNTERSIGN_PROXY',
    kind: 'list',
    fallback: [],
    words: 'proxies whose x-forwarded-for is believed',
  }),
  webhook_hosts: setting({
    shape: z.array(z.string().min(1).max(300)).max(1_000),
    env: 'COUNTERSIGN_WEBHOOK_HOSTS',
    kind: 'list',
    fallback: [],
    words: 'hosts that webhooks may go to',
  }),
  webhook_networks: setting({
    shape: z.array(z.string().min(1).max(100)).max(100),
    env: 'COUNTERSIGN_WEBHOOK_NETWORKS',
    kind: 'list',
    fallback: [],
    words: 'private networks that those hosts may be in',
  }),
} as const;

type Key = keyof typeof SETTINGS;
const KEYS = Object.keys(SETTINGS) as readonly Key[];
type ValueOf<K extends Key> = z.infer<(typeof SETTINGS)[K]['shape']>;
/** null: nothing was said, and nothing is done without it. */
export type ServeSettings = { readonly [K in Key]: (typeof SETTINGS)[K]['fallback'] extends null ? ValueOf<K> | null : ValueOf<K> };

export interface Told {
  readonly settings: ServeSettings;
  /** Where each was said: `server.yml:3:7`, `COUNTERSIGN_PORT`, `--port`, `default`. */
  readonly from: { readonly [K in Key]: string };
  /** Never printed. */
  readonly secrets: { readonly metricsToken?: string; readonly database?: string };
  /** Which secrets are there, and where from. */
  readonly secretsFrom: { readonly [name: string]: string };
}

export type Env = { readonly [name: string]: string | undefined };
/** By the key in the file; undefined where the flag is not there. */
export type Flags = { readonly [K in Key]?: string | readonly string[] | undefined };

const flagOf = (key: Key): string => `--${key.replaceAll('_', '-')}`;

/** `drain_seconds` is `drainSeconds` among what a command is given. */
type Camel<S extends string> = S extends `${infer First}_${infer Rest}` ? `${First}${Capitalize<Camel<Rest>>}` : S;
export type SettingFlags = { readonly [K in Key as Camel<K>]?: string | readonly string[] | undefined };

/** What a command was given, as the table calls it. Whatever else it was given is left out. */
export function flagsOf(given: SettingFlags): Flags {
  const by: { readonly [name: string]: string | readonly string[] | undefined } = given;
  return Object.fromEntries(KEYS.map((key) => [key, by[key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())]]));
}

const SECRET_FREE = 'a secret does not stand in this file: name a file that holds it with metrics_token_file, or set COUNTERSIGN_METRICS_TOKEN';

const DATABASE_FREE = 'an address with a password does not stand in this file: set DATABASE_URL';

const FILE = z.strictObject({
  version: z.literal(1).default(1),
  ...Object.fromEntries(KEYS.map((k) => [k, (SETTINGS[k].shape as z.ZodType).optional()])),
  metrics_token: z
    .unknown()
    .refine((v) => v === undefined, SECRET_FREE)
    .optional(),
  database: z
    .unknown()
    .refine((v) => v === undefined, DATABASE_FREE)
    .optional(),
});

/** Problems: USAGE, each with its place: line and column of the file, name of the variable, flag. */
export async function settingsFrom(file: string | undefined, env: Env, flags: Flags, demo: boolean): Promise<Result<Told, readonly Problem[]>> {
  const problems: Problem[] = [];
  const values: { [key: string]: unknown } = {};
  const from: { [key: string]: string } = {};
  const take = (key: Key, value: unknown, place: string, base: string): void => {
    values[key] = placed(SETTINGS[key].kind, value, base);
    from[key] = place;
  };
  for (const key of KEYS) {
    const { fallback } = SETTINGS[key] as Setting<unknown>;
    take(key, typeof fallback === 'function' ? fallback(demo) : fallback, 'default', process.cwd());
  }
  const read = file === undefined ? ok(null) : await fileAt(file);
  if (!read.ok) problems.push(...read.error);
  else if (read.value !== null) for (const { key, value, place } of read.value) take(key, value, place, dirname(resolve(file ?? '.')));
  for (const { key, value, place } of [...fromEnv(env), ...fromFlags(flags)]) {
    const parsed = shapedValue(SETTINGS[key].shape as z.ZodType, value, (_, message, more) =>
      problems.push(problem('USAGE', `${String(value)} ${message}`, { place, remedy: remedyOf(more?.remedy) ?? `${SETTINGS[key].words}; see countersign serve --help` })),
    );
    if (parsed !== undefined) take(key, parsed.value, place, process.cwd());
  }
  problems.push(...misspelt(env));
  if (problems.length > 0) return err(problems);
  const secret = await metricsToken(env, values.metrics_token_file as string | null, from.metrics_token_file ?? '');
  if (!secret.ok) return err([secret.error]);
  const { secrets, secretsFrom } = secret.value;
  const database = env.DATABASE_URL || undefined;
  return ok({
    settings: values as unknown as ServeSettings,
    from: from as Told['from'],
    secrets: database === undefined ? secrets : { ...secrets, database },
    secretsFrom: database === undefined ? secretsFrom : { ...secretsFrom, database: 'DATABASE_URL' },
  });
}

interface Said {
  readonly key: Key;
  readonly value: unknown;
  readonly place: string;
}

async function fileAt(file: string): Promise<Result<readonly Said[], readonly Problem[]>> {
  const bytes = await readFile(file).catch((error: unknown) => unreadable(error));
  if (typeof bytes === 'string') return err([problem('USAGE', `${file} cannot be read: ${bytes}`, { place: '--config', remedy: 'name a file that is there' })]);
  const yaml = readYaml(new Uint8Array(bytes), file, 'USAGE');
  if (!yaml.ok) return yaml;
  const parsed = shaped(FILE, yaml.value);
  if (!parsed.ok) return parsed;
  const given: { readonly [key: string]: unknown } = parsed.value;
  return ok(KEYS.filter((k) => given[k] !== undefined).map((key) => ({ key, value: given[key], place: (yaml.value.at([key], '').place ?? file).replace(/ \S+$/, '') })));
}

function fromEnv(env: Env): readonly Said[] {
  return KEYS.flatMap((key) => {
    const { env: name, kind } = SETTINGS[key];
    const text = env[name];
    return text === undefined || text === '' ? [] : [{ key, value: spelt(kind, text), place: name }];
  });
}

const fromFlags = (flags: Flags): readonly Said[] =>
  KEYS.flatMap((key) => {
    const given = flags[key];
    return given === undefined || (Array.isArray(given) && given.length === 0) ? [] : [{ key, value: spelt(SETTINGS[key].kind, given), place: flagOf(key) }];
  });

/** Text of the environment or a flag, as the file would have said it. Paths of a list are parted by a colon, as in PATH. */
function spelt(kind: Setting<unknown>['kind'], text: string | readonly string[]): unknown {
  if (typeof text !== 'string') return text;
  if (kind === 'number') return /^\d{1,9}$/.test(text) ? Number(text) : text;
  if (kind === 'paths') return text.split(':').filter((part) => part !== '');
  return kind === 'list' ? text.split(',').map((part) => part.trim()) : text;
}

function placed(kind: Setting<unknown>['kind'], value: unknown, base: string): unknown {
  if (kind === 'path' && typeof value === 'string') return resolve(base, value);
  return kind === 'paths' && Array.isArray(value) ? value.map((v) => resolve(base, String(v))) : value;
}

const VARIABLES = [...KEYS.map((k) => SETTINGS[k].env), 'COUNTERSIGN_METRICS_TOKEN', 'COUNTERSIGN_CONFIG'];

/** One letter off, and a limit would be none: what looks like ours and is not is refused. What looks like nothing of ours may be somebody else's. */
const misspelt = (env: Env): readonly Problem[] =>
  Object.keys(env)
    .filter((name) => name.startsWith('COUNTERSIGN_') && !VARIABLES.includes(name))
    .flatMap((name) => {
      const remedy = hint(name, VARIABLES);
      return remedy?.startsWith('did you mean') === true ? [problem('USAGE', 'no such variable', { place: name, remedy })] : [];
    });

const TOKEN = /^[\x21-\x7e]{16,512}$/;

async function metricsToken(env: Env, file: string | null, place: string): Promise<Result<Pick<Told, 'secrets' | 'secretsFrom'>>> {
  const direct = env.COUNTERSIGN_METRICS_TOKEN;
  if (direct !== undefined && direct !== '' && file !== null)
    return err(problem('USAGE', 'the token of /metrics is given twice', { place: 'COUNTERSIGN_METRICS_TOKEN', remedy: `unset it, or what ${place} says` }));
  const [text, from] = file === null ? [direct ?? '', 'COUNTERSIGN_METRICS_TOKEN'] : [await readFile(file, 'utf8').catch(() => null), place];
  if (text === null) return err(problem('USAGE', 'the file of the token cannot be read', { place, remedy: 'name a file this process may read' }));
  if (text === '' && file === null) return ok({ secrets: {}, secretsFrom: {} });
  const token = text.trim();
  // What it holds is not quoted: it may be the secret after all.
  if (!TOKEN.test(token)) return err(problem('USAGE', 'the token must be 16 to 512 visible ASCII characters', { place: from, remedy: 'make one: openssl rand -hex 32' }));
  return ok({ secrets: { metricsToken: token }, secretsFrom: { metrics_token: from } });
}

/** What will be done and who said so, a line each: for a person, before anything is opened. */
export function summary({ settings, from, secretsFrom }: Told): string {
  const shown = (value: unknown): string => (value === null || (Array.isArray(value) && value.length === 0) ? 'none' : Array.isArray(value) ? value.join(', ') : String(value));
  const rows = KEYS.map((key) => [key, shown(settings[key]), `(${from[key]})`]);
  const secrets = Object.entries(secretsFrom).map(([name, place]) => [name, 'is set, and not shown', `(${place})`]);
  return [...rows, ...secrets].map(([key = '', value, place]) => `  ${key.padEnd(20)} ${value}  ${place}\n`).join('');
}
