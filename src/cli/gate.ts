/** `countersign gate`: what a gate says of the change in this clone, for a CI system. No server is needed; what it trusts comes from outside the change. */
import { realpath, writeFile } from 'node:fs/promises';
import { sep } from 'node:path';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { decidesItself } from '../core/policy/document.ts';
import { lengthOf } from '../core/policy/time.ts';
import type { TrustBundle } from '../core/signoff/trust-file.ts';
import { type CloneGateAnswer, gateClone } from '../flows/gate-clone.ts';
import type { Repository } from '../flows/ports.ts';
import type { SignoffSource } from '../flows/ports-carried.ts';
import { openGatedClone } from '../world.ts';
import { serverSource } from './bundle-server.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { floorsAt } from './floors.ts';
import { gateMarkdown, refusedMarkdown } from './gate-markdown.ts';
import { gateJson, gateText } from './gate-text.ts';
import { type KnownOfTrust, trustAt, trustIn } from './named-file.ts';
import { plansAt } from './plan-file.ts';
import { wantsColour } from './terminal.ts';
import { unreadable } from './unreadable.ts';

/** As the command line gives them. */
export interface GateOptions extends KnownOfTrust {
  readonly target: string;
  readonly trust?: string;
  readonly trustFromTarget?: string;
  readonly signOffs: string;
  readonly server?: string;
  readonly name?: string;
  readonly repo: string;
  readonly plan?: readonly string[];
  readonly floor?: readonly string[];
  readonly fresh: string;
  readonly squash?: boolean;
  readonly queue?: boolean;
  readonly demo?: boolean;
  readonly summary?: string;
  readonly json?: boolean;
}

const EXITS = { allow: EXIT.ok, wait: EXIT.signoff, deny: EXIT.refused } as const;

export async function gate(range: string, options: GateOptions): Promise<Answer> {
  const answered = await answer(range, options);
  const unwritten = await summarise(options.summary, answered);
  // A summary nobody gets to see is no reason to let anything pass, and none to keep it.
  const stderr = unwritten === null ? '' : `countersign: ${unwritten}\n`;
  if (!answered.ok) {
    const refused = refusal(answered.error, options.json);
    return { ...refused, stderr: refused.stderr + stderr };
  }
  const code = EXITS[answered.value.answer];
  const stdout = options.json ? `${JSON.stringify(gateJson(answered.value, code), null, 2)}\n` : gateText(answered.value, { colour: wantsColour(process.stdout, process.env) });
  return { code, stdout, stderr };
}

type Answered = Result<CloneGateAnswer, readonly Problem[]>;

async function answer(range: string, options: GateOptions): Promise<Answered> {
  const [plans, floors] = await Promise.all([plansAt(options.plan), floorsAt(options.floor)]);
  if (!plans.ok) return plans;
  if (!floors.ok) return floors;
  const fresh = lengthOf(options.fresh);
  if (fresh === undefined) return err([problem('USAGE', `${options.fresh} is no time`, { place: '--fresh', remedy: 'for example 90m, 24h or 7d' })]);
  if (options.trust !== undefined && options.trustFromTarget !== undefined)
    return err([problem('USAGE', '--trust and --trust-from-target do not go together', { place: 'command line', remedy: 'give one of them' })]);
  const server = serverOf(options);
  if (!server.ok) return err([server.error]);
  const clone = await openGatedClone(options.repo, floors.value, options.signOffs);
  if (!clone.ok) return err([clone.error]);
  const { repository, top, sources } = clone.value;
  const given = options.trust === undefined ? ok(null) : await outside(options.trust, top);
  if (!given.ok) return err([given.error]);
  const trust = (tip: string) => trusted(options, given.value, repository, tip);
  const asked = { repo: options.name ?? null, range, target: options.target, plans: plans.value, fresh, at: Date.now() };
  const how = { squash: options.squash === true, queue: options.queue === true, demo: options.demo === true };
  return gateClone({ ...clone.value, sources: [...sources, ...server.value], trust }, { ...asked, ...how });
}

function serverOf({ server }: GateOptions): Result<readonly SignoffSource[]> {
  if (server === undefined) return ok([]);
  const source = serverSource(server, process.env.COUNTERSIGN_TOKEN);
  return source.ok ? ok([source.value]) : source;
}

/** Whatever is checked out may be the change's own. @param top of the work tree; null: there is none. */
async function outside(file: string, top: string | null): Promise<Result<string>> {
  try {
    const at = await realpath(file);
    if (top === null || !`${at}${sep}`.startsWith(`${await realpath(top)}${sep}`)) return ok(at);
  } catch (error) {
    return err(problem('USAGE', `${file} cannot be read: ${unreadable(error)}`, { place: '--trust', remedy: 'name a file that is there' }));
  }
  const remedy = 'keep it outside the work tree, or have it read where the target stands: --trust-from-target .countersign/trust.json';
  return err(problem('USAGE', `${file} lies in the work tree, where the change decides what it says`, { place: '--trust', remedy }));
}

async function trusted(options: GateOptions, file: string | null, repository: Repository, tip: string): Promise<Result<TrustBundle | null, readonly Problem[]>> {
  if (file !== null) return trustAt(file, options);
  const path = options.trustFromTarget;
  if (path === undefined) return ok(null);
  const at = { place: `${options.target}:${path}` };
  if (!decidesItself(path))
    return err([
      problem('USAGE', 'a trust file in a repository has to be among the files that decide, which no change edits unsigned', { ...at, remedy: 'keep it in .countersign/' }),
    ]);
  const bytes = await repository.file(tip, path);
  if (bytes === null) return err([problem('USAGE', 'there is no such file where the target stands', { ...at, remedy: 'land it there first, or hand one in with --trust' })]);
  const trust = trustIn(bytes, options);
  return trust.ok ? trust : err(trust.error.map((p) => ({ ...p, ...at })));
}

/** What kept it from being written, in words; null: nothing, or nobody asked. */
async function summarise(file: string | undefined, answered: Answered): Promise<string | null> {
  if (file === undefined) return null;
  try {
    // Whoever runs CI shows one file of all steps: what others wrote there stays.
    await writeFile(file, answered.ok ? gateMarkdown(answered.value) : refusedMarkdown(answered.error), { flag: 'a' });
    return null;
  } catch (error) {
    return `the summary cannot be written to ${file}: ${unreadable(error)}`;
  }
}
