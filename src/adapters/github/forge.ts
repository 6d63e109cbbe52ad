/** The ports `Forge` and `ForgeRules` over GitHub's API: github.com, or an Enterprise Server. */
import { err, ok, type Problem, problem, type Result } from '../../core/base/result.ts';
import type { Forge, ForgeAnswer, ForgePlace, ForgeRules } from '../../flows/ports-forge.ts';
import { askedAgain } from './again.ts';
import { openApp, readKey } from './app.ts';
import { type Fetch, PATIENCE_MS } from './call.ts';
import { moves } from './moves.ts';
import { find, keptNames, pulls, remote } from './read.ts';
import { branches, environment, environments, type ListedEnvironment, required } from './rules.ts';
import { deploy, reports } from './write.ts';

export interface GithubSettings {
  /** `https://api.github.com`, or `https://ghe.example/api/v3`. */
  readonly api: string;
  /** `https://github.com`, or `https://ghe.example`. */
  readonly web: string;
  readonly appId: number;
  /** PEM, as GitHub gave it. */
  readonly privateKey: string;
  readonly fetch?: Fetch;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** For one call; `PATIENCE_MS` unless told. */
  readonly ms?: number;
}

export interface Github extends Forge, ForgeRules {
  branches(place: ForgePlace): Promise<ForgeAnswer<readonly string[]>>;
  environments(place: ForgePlace): Promise<ForgeAnswer<readonly ListedEnvironment[]>>;
}

/** Asks nobody anything yet. Problem: USAGE. */
export function openGithub({ appId, privateKey, fetch = globalThis.fetch, now = Date.now, ms = PATIENCE_MS, ...addresses }: GithubSettings): Result<Github> {
  const [api, web, key] = [addressOf(addresses.api, 'api'), addressOf(addresses.web, 'web'), readKey(privateKey)];
  if (!api.ok) return api;
  if (!web.ok) return web;
  if (!key.ok) return key;
  const app = openApp({ line: { api: api.value, fetch, ms }, appId, key: key.value, now });
  const again = askedAgain(app);
  const named = keptNames(app, now, again);
  return ok({
    find: (repo, name) => find(again, repo, name),
    remote: (place) => remote(app, named, web.value, place),
    report: reports(app, appId),
    pulls: (place, tag) => pulls(app, place, tag),
    deploy: (told) => deploy(app, told),
    moves: (place, ref, asked) => moves(app, named, place, ref, asked?.until),
    environment: (place, name) => environment(app, place, name),
    required: (place, ref, check) => required(app, appId, place, ref, check),
    branches: (place) => branches(app, place),
    environments: (place) => environments(app, appId, place),
  });
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Without a slash at its end. A token goes there, so it is encrypted, but on this machine. Problem: USAGE. */
export function addressOf(said: string, place: string): Result<string, Problem> {
  const refuse = (message: string): Result<never> => err(problem('USAGE', message, { place, remedy: 'for example https://api.github.com, or https://ghe.example/api/v3' }));
  const url = URL.canParse(said) ? new URL(said) : null;
  if (url === null || url.search !== '' || url.hash !== '' || url.username !== '') return refuse('this is no address');
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && LOOPBACK.has(url.hostname))) return refuse('is not reached over https');
  return ok(url.href.replace(/\/+$/, ''));
}
