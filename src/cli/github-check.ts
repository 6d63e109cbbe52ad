/** `countersign github check`: for each repository that lies at GitHub, what its rules there leave open. GitHub's rules keep nothing of ours safe; they keep it from being got round unseen. */
import { join } from 'node:path';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { checkName } from '../flows/forge-report.ts';
import type { ForgePlace } from '../flows/ports-forge.ts';
import { type ForgeSettings, forgesOfSite } from '../world.ts';
import { DEFAULTS } from './defaults.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { siteFileAt } from './site-file-at.ts';
import { visible, visibleLines } from './terminal.ts';

export interface CheckGithubFlags {
  readonly site?: string;
  readonly data?: string;
  readonly json?: boolean;
}

/** One thing that was looked at, and what is open there. */
interface Looked {
  readonly repo: string;
  /** A branch, or an environment. */
  readonly what: string;
  readonly open: readonly { readonly message: string; readonly remedy: string }[];
  /** What nobody can say is wrong, and somebody should know. */
  readonly note?: string;
}

/** 0 nothing is open, 1 something is, 2 it cannot be asked. */
export async function checkGithub(flags: CheckGithubFlags): Promise<Answer> {
  const data = flags.data ?? process.env.COUNTERSIGN_DATA ?? DEFAULTS.data;
  const site = await siteFileAt(flags.site ?? (process.env.COUNTERSIGN_SITE || undefined), data);
  if (!site.ok) return refusal(site.error, flags.json);
  if (site.value === null) return refusal([problem('USAGE', 'there is no site file', { place: '--site', remedy: `name one, or write ${join(data, 'site.yml')}` })], flags.json);
  const settings = await forgesOfSite(site.value);
  if (!settings.ok) return refusal(settings.error, flags.json);
  if (settings.value === null) return refusal([problem('USAGE', 'no repository of the site lies at GitHub', { place: '--site', remedy: 'docs/guides/github.md' })], flags.json);
  const guarded = new Map(site.value.file.repositories.map((r) => [r.id, r.protected]));
  const [looked, problems]: [Looked[], Problem[]] = [[], []];
  for (const [repo, { name }] of settings.value.sources) {
    const found = await lookAt(settings.value, repo, name, guarded.get(repo) ?? []);
    if (found.ok) looked.push(...found.value);
    else problems.push({ ...found.error, place: `${repo}: ${found.error.place ?? name}` });
  }
  return answerOf(looked, problems, flags.json === true);
}

function answerOf(looked: readonly Looked[], problems: readonly Problem[], json: boolean): Answer {
  const code = problems.length > 0 ? EXIT.refused : looked.some((l) => l.open.length > 0) ? EXIT.signoff : EXIT.ok;
  if (json) return { code, stdout: `${JSON.stringify({ version: 1, exit: code, looked, problems })}\n`, stderr: '' };
  return { code, stdout: visibleLines(looked.map(textOf).join('')), stderr: refusal(problems).stderr };
}

function textOf({ repo, what, open, note }: Looked): string {
  const lines = open.flatMap(({ message, remedy }) => [`  open: ${visible(message)}`, `    remedy: ${visible(remedy)}`]);
  return `${visible(repo)}  ${visible(what)}: ${open.length === 0 ? (note ?? 'closed') : ''}\n${lines.map((line) => `${line}\n`).join('')}`;
}

async function lookAt({ github }: ForgeSettings, repo: string, name: string, refs: readonly string[]): Promise<Result<readonly Looked[]>> {
  const place = await github.find(repo, name);
  if (!place.ok) return err(place.error);
  const looked: Looked[] = [];
  for (const ref of refs) {
    const branch = await branchAt(github, place.value, ref);
    if (!branch.ok) return branch;
    looked.push(branch.value);
  }
  const environments = await github.environments(place.value);
  if (!environments.ok) return err(environments.error);
  return ok([...looked, ...environments.value.map(({ name: what, asks, bypass }) => environmentOf(repo, what, asks, bypass))]);
}

async function branchAt(github: ForgeSettings['github'], place: ForgePlace, ref: string): Promise<Result<Looked>> {
  const { repo } = place;
  if (/[*?[{]/.test(ref)) return ok({ repo, what: ref, open: [], note: 'not asked: it is a pattern, and GitHub is asked of one branch' });
  const check = checkName(ref);
  const rules = await github.required(place, ref, check);
  if (!rules.ok) return err(rules.error);
  const { required, pinned, bypass } = rules.value;
  const at = `https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets`;
  if (!required)
    return ok({
      repo,
      what: ref,
      open: [{ message: `nothing asks for the check ${check}`, remedy: `make a ruleset for ${ref} that requires ${check} of our app (docs/guides/github.md, ${at})` }],
    });
  const open = [
    ...(pinned ? [] : [{ message: `whoever may set a status can say ${check}`, remedy: `in the ruleset, choose our app as the source of ${check}` }]),
    ...bypass.map((who) => ({
      message: `gets round it: ${who}`,
      remedy: 'take it out of the bypass list, or apply the rules to administrators too; what gets round is found when it lands',
    })),
  ];
  return ok({ repo, what: ref, open });
}

/** One that does not ask us may be right: nobody says here what is production. */
function environmentOf(repo: string, name: string, asks: boolean, bypass: boolean): Looked {
  const what = `environment ${name}`;
  if (!asks) return { repo, what, open: [], note: 'does not ask us' };
  const open = bypass
    ? [{ message: 'administrators deploy there without us', remedy: `in the settings of ${name}, take "Allow administrators to bypass configured protection rules" away` }]
    : [];
  return { repo, what, open };
}
