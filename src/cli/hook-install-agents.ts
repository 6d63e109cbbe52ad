/** `countersign hook install --agents` and `hook uninstall --agents`: the settings files of agents, added to and put back. */
import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { type Problem, problem, problemText } from '../core/base/result.ts';
import { agentSettings } from '../world.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { visible, visibleLines } from './terminal.ts';

export interface AgentsOptions {
  /** Names with commas between; true for every agent that is in use here. */
  readonly agents: string | true;
  readonly project?: boolean;
  readonly repo: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Exit 0 done, or nothing to do; 2 where a file was left alone, and then the others are done all the same. */
export async function hookAgents(act: 'install' | 'uninstall', options: AgentsOptions): Promise<Answer> {
  const world = await agentSettings({
    scope: options.project === true ? 'project' : 'user',
    home: homedir(),
    dir: options.repo,
    env: process.env,
    program: { node: process.execPath, script: realpathSync(process.argv[1] ?? ''), windows: process.platform === 'win32' },
  });
  if (!world.ok) return refusal([world.error], options.json);
  const asked = options.agents === true ? world.value.inUse : options.agents.split(',').map((name) => name.trim());
  const unknown = asked.find((name) => !world.value.names.includes(name));
  if (unknown !== undefined) return refusal([unknownAgent(unknown, world.value.names)], options.json);
  if (asked.length === 0) return refusal([nobody(world.value.names)], options.json);
  const done = asked.map((name) => world.value[act](name, options.dryRun === true));
  const problems = done.flatMap((one) => (one.ok ? [] : [one.error]));
  const code = problems.length === 0 ? EXIT.ok : EXIT.refused;
  const outcomes = done.flatMap((one) => (one.ok ? [one.value] : []));
  if (options.json) return { code, stdout: `${JSON.stringify({ version: 1, exit: code, dryRun: options.dryRun === true, agents: outcomes, problems })}\n`, stderr: '' };
  const lines = outcomes.map(({ agent, file, done: what, note }) => `${agent}: ${WORDS[what]} ${visible(file)}${note === undefined || what !== 'written' ? '' : `\n  ${note}`}`);
  const head = options.dryRun ? ['nothing is written; this would be done:'] : [];
  return { code, stdout: [...head, ...lines].map((line) => `${line}\n`).join(''), stderr: problems.map((p) => `countersign: ${visibleLines(problemText(p))}\n`).join('') };
}

const WORDS = { written: 'records by', unchanged: 'records already by', removed: 'taken out of', absent: 'nothing of ours in' } as const;

const unknownAgent = (name: string, names: readonly string[]): Problem =>
  problem('USAGE', `${JSON.stringify(name)} is no agent whose settings are known`, { place: '--agents', remedy: `name any of ${names.join(',')}` });

const nobody = (names: readonly string[]): Problem =>
  problem('NOT_FOUND', 'no agent is in use here', { place: '--agents', remedy: `name those you mean: --agents ${names.join(',')}` });
