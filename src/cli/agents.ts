/** `countersign agents`: bots and self-named agents of a history that nobody has classified yet, and the lines that classify them. */
import { err, ok, type Problem, type Result } from '../core/base/result.ts';
import { agentEntry } from '../core/policy/propose/agent-entry.ts';
import { type UnknownAgent, type UnknownAgents, unknownAgents } from '../flows/agents.ts';
import { openDetect } from '../world.ts';
import { askedOf, type DetectOptions } from './detect-asked.ts';
import { registryAt } from './detect-registry.ts';
import { day } from './detect-text.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { progressLine } from './progress.ts';
import { plural, whole } from './simulate-words.ts';
import { ink, visible, wantsColour } from './terminal.ts';

export type AgentsOptions = Pick<DetectOptions, 'repo' | 'branch' | 'all' | 'since' | 'registry' | 'json'>;

/** Exit 0 answered, also where nobody is unknown; 2 the history or the registry could not be read. */
export async function agents(range: string | undefined, options: AgentsOptions): Promise<Answer> {
  const found = await search(range, options);
  if (!found.ok) return refusal(found.error, options.json);
  const stdout = options.json === true ? `${JSON.stringify(agentsJson(found.value), null, 2)}\n` : agentsText(found.value, wantsColour(process.stdout, process.env));
  return { code: EXIT.ok, stdout, stderr: '' };
}

async function search(range: string | undefined, options: AgentsOptions): Promise<Result<UnknownAgents, readonly Problem[]>> {
  const asked = askedOf(range, options);
  if (!asked.ok) return err([asked.error]);
  const world = await openDetect(options.repo, false);
  const registry = await registryAt(world.repository, options.registry);
  if (!registry.ok) return registry;
  const progress = progressLine(process.stderr);
  const found = await unknownAgents(world.messages, { ...asked.value, registry: registry.value, progress: (commits) => progress.show(`reading: ${commits} commits`, null) });
  progress.clear();
  return found.ok ? ok(found.value) : err([found.error]);
}

const agentsJson = ({ commits, unknown, notSeen }: UnknownAgents) => ({
  version: 1,
  exit: EXIT.ok,
  commits,
  unknown: unknown.map((of) => ({ ...of, entry: entryOf(of) })),
  notSeen,
});

function agentsText({ commits, unknown, notSeen }: UnknownAgents, colour: boolean): string {
  const paint = ink(colour);
  const said = notSeen.map((words) => `${paint.yellow(visible(words))}\n`).join('');
  if (unknown.length === 0) return `${plural(commits, 'commit')}: no bot and no self-named agent that is not classified\n${said}`;
  const row = (of: UnknownAgent): string =>
    `# ${visible(of.account)}: ${whole(of.authored)} authored, ${whole(of.committed)} committed; ${day(of.first.at)} ${of.first.sha.slice(0, 12)} to ${day(of.last.at)} ${of.last.sha.slice(0, 12)}`;
  return [
    paint.bold(`${plural(commits, 'commit')}, ${whole(unknown.length)} ${unknown.length === 1 ? 'account' : 'accounts'} to classify once, in .countersign/agents.yml:`),
    'agents:',
    ...unknown.flatMap((of) => [paint.dim(row(of)), `  - ${entryOf(of)}`]),
    paint.dim('# whoever is no AI goes under automation: instead, with its match alone'),
    `${said}`,
  ].join('\n');
}

/** Invisible characters are spelled out before they are quoted: what is shown is what is written. */
const entryOf = ({ account, name, email }: UnknownAgent): string =>
  agentEntry({ account: visible(account), name: visible(name), email: visible(email), owner: '@who-answers-for-it' });
