/** `countersign github check`: for each repository that lies at GitHub, what its rules there leave open. GitHub's rules keep nothing of ours safe; they keep it from being got round unseen. */
import { join } from 'node:path';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { matches } from '../core/change/glob.ts';
import { checkName } from '../flows/forge-report.ts';
import { type ForgePlace, isQueue } from '../flows/ports-forge.ts';
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
    looked.push(...found.looked);
    problems.push(...found.problems.map((p) => ({ ...p, place: `${repo}: ${p.place ?? name}` })));
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

interface Found {
  readonly looked: readonly Looked[];
  readonly problems: readonly Problem[];
}

async function lookAt({ github }: ForgeSettings, repo: string, name: string, refs: readonly string[]): Promise<Found> {
  const place = await github.find(repo, name);
  if (!place.ok) return { looked: [], problems: [place.error] };
  const found = [await protectedAt(github, place.value, refs), await environmentsAt(github, place.value)];
  return { looked: found.flatMap((f) => f.looked), problems: found.flatMap((f) => f.problems) };
}

/** How many branches are asked for that a pattern protects: each takes three calls. */
const MOST_BRANCHES = 100;
const isPattern = (ref: string): boolean => /[*?[{!\\]/.test(ref);

/** Of a pattern, what is there is asked for: a rule for branches to come cannot ask for a check that has their name. */
async function protectedAt(github: ForgeSettings['github'], place: ForgePlace, refs: readonly string[]): Promise<Found> {
  const { repo } = place;
  const [named, patterns] = [refs.filter((ref) => !isPattern(ref)), refs.filter(isPattern)];
  const what = patterns.join(' ');
  const listed = patterns.length === 0 ? ok([]) : await github.branches(place);
  const fit = listed.ok ? listed.value.filter((ref) => !named.includes(ref) && !isQueue(ref) && matches(refs, ref)) : [];
  const looked: Looked[] = patterns.length > 0 && listed.ok && fit.length === 0 ? [{ repo, what, open: [], note: NONE_YET }] : [];
  const problems = listed.ok ? [] : [untold('which branches it protects', what, listed)];
  if (fit.length > MOST_BRANCHES)
    problems.push(
      problem('FORGE_UNAVAILABLE', `${fit.length - MOST_BRANCHES} more branches are called so than are asked for`, { place: what, remedy: 'look at their rules yourself' }),
    );
  const asked: Looked[] = [];
  for (const ref of [...named, ...fit.slice(0, MOST_BRANCHES)]) {
    const branch = await branchAt(github, place, ref);
    if (branch.ok) asked.push(branch.value);
    // What keeps us from one keeps us from the next.
    else return { looked: asked, problems: [...problems, untold('who gets round the check', ref, branch)] };
  }
  return { looked: [...asked, ...looked], problems };
}

const NONE_YET = 'no branch there is called so; one that comes needs a check of its own name';

async function environmentsAt(github: ForgeSettings['github'], place: ForgePlace): Promise<Found> {
  const listed = await github.environments(place);
  if (!listed.ok) return { looked: [], problems: [untold('whether administrators deploy without us', 'environments', listed)] };
  return { looked: listed.value.map(({ name, asks, bypass }) => environmentOf(place.repo, name, asks, bypass)), problems: [] };
}

/** What is asked of rules takes a permission of its own, which an organisation may well not give. */
function untold(what: string, place: string, { error }: { readonly error: Problem }): Problem {
  const remedy = error.code === 'FORGE_REFUSED' ? `${error.remedy}; rules are shown to an app that has administration: read` : error.remedy;
  return problem(error.code, `${what} cannot be told: ${error.message}`, { place, ...(remedy === undefined ? {} : { remedy }) });
}

async function branchAt(github: ForgeSettings['github'], place: ForgePlace, ref: string): Promise<Result<Looked>> {
  const { repo } = place;
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
