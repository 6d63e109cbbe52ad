/** What outsiders get: CI101 their code runs with rights, CI103 their words become commands, CI108 they reach own machines. */
import { type DataNode, dig, entries, items, text } from '../data.ts';
import { rule } from '../finding.ts';
import type { Finding } from '../risk.ts';
import { injected } from './expressions.ts';
import { type Job, matchedJobs, type Pipeline } from './pipeline.ts';
import type { Sides } from './sides.ts';

export const CI101 = rule('CI101', 'untrusted-checkout', 'critical', 'exact', ['the job runs without secrets, on pull_request']);
export const CI103 = rule('CI103', 'expression-injection', 'critical', 'exact', ['the value is passed through an environment variable']);
const CI108 = rule('CI108', 'self-hosted-on-proposal', 'critical', 'exact', [
  'proposals of outsiders run on machines that are thrown away',
  'the job runs only for branches of this repository',
]);

export const trust = (sides: Sides): readonly Finding[] => [...checkout(sides), ...injection(sides), ...machines(sides)];

const WITH_RIGHTS = ['pull_request_target', 'workflow_run', 'issue_comment'];
const HEAD = /head\.(?:sha|ref|repo)|head_ref|head_sha|head_branch|merge_commit_sha|refs\/pull\/|pull_request\.number|issue\.number/;

function checkout({ file, was, is }: Sides): readonly Finding[] {
  const before = new Set(runsHead(was).map((j) => j.id));
  return runsHead(is).flatMap((job) =>
    before.size > 0 && (before.has(job.id) || runsHead(was).length >= runsHead(is).length)
      ? []
      : [
          CI101({
            place: { path: file.path, side: 'head', line: job.line, object: job.id },
            what: `${file.path} runs what outsiders propose with the rights of this repository (job ${job.id})`,
            because: [['starts on', [...(is?.triggers ?? [])].join(', ')]],
          }),
        ],
  );
}

function runsHead(pipeline: Pipeline | undefined): readonly Job[] {
  if (pipeline === undefined || !WITH_RIGHTS.some((t) => pipeline.triggers.has(t))) return [];
  return pipeline.jobs.filter((job) =>
    job.steps.some((s) => {
      const [ref, repository] = [text(dig(s.node, 'with', 'ref')) ?? '', text(dig(s.node, 'with', 'repository')) ?? ''];
      if (s.uses !== undefined && /checkout|clone/i.test(s.uses)) return HEAD.test(ref) || /head\.repo/.test(repository);
      return /\bgh pr checkout\b|\bgit (?:fetch|checkout|pull|merge)\b[^\n]{0,200}(?:pull\/|head_ref|head\.(?:ref|sha)|head_sha)/.test(s.run ?? '');
    }),
  );
}

/** Scripts of a step: what a shell runs, and what an action runs as JavaScript. */
const scriptsOf = (job: Job): readonly { readonly text: string; readonly line: number }[] =>
  job.steps.flatMap((s) =>
    ['run', 'script'].flatMap((key) => {
      const node: DataNode | undefined = key === 'run' ? dig(s.node, 'run') : dig(s.node, 'with', 'script');
      const found = text(node);
      return found === undefined || node === undefined ? [] : [{ text: found, line: node.line }];
    }),
  );

function injection({ file, was, is }: Sides): readonly Finding[] {
  const count = (p: Pipeline | undefined): Map<string, number> => {
    const out = new Map<string, number>();
    for (const e of (p?.jobs ?? []).flatMap(scriptsOf).flatMap((s) => injected(s.text))) out.set(e, (out.get(e) ?? 0) + 1);
    return out;
  };
  const before = count(was);
  return (is?.jobs ?? []).flatMap((job) =>
    scriptsOf(job).flatMap((s) =>
      injected(s.text).flatMap((e) => {
        const left = before.get(e) ?? 0;
        if (left > 0) {
          before.set(e, left - 1);
          return [];
        }
        return [
          CI103({
            place: { path: file.path, side: 'head', line: s.line, object: job.id },
            what: `${file.path} puts text that outsiders write into a command: ${e.trim().slice(0, 100)}`,
            because: [['expression', e.trim()]],
          }),
        ];
      }),
    ),
  );
}

const PROPOSALS = ['pull_request', 'pull_request_target', 'issue_comment', 'issues', 'discussion', 'fork'];
const ONLY_OURS = /head\.repo\.full_name\s*==\s*github\.repository|head\.repo\.fork\s*==\s*false|!\s*github\.event\.pull_request\.head\.repo\.fork/;

function machines({ file, was, is }: Sides): readonly Finding[] {
  const own = (p: Pipeline | undefined, job: Job): boolean =>
    p !== undefined && PROPOSALS.some((t) => p.triggers.has(t)) && isOwn(dig(job.node, 'runs-on')) && !ONLY_OURS.test(text(dig(job.node, 'if')) ?? '');
  const { pairs, come } = matchedJobs(was, is);
  return [...pairs.filter((p) => !own(was, p.was)).map((p) => p.is), ...come]
    .filter((job) => own(is, job))
    .map((job) =>
      CI108({
        place: { path: file.path, side: 'head', line: job.line, object: job.id },
        what: `${file.path}: job ${job.id} runs what outsiders propose on machines of our own`,
        because: [['starts on', [...(is?.triggers ?? [])].join(', ')]],
      }),
    );
}

function isOwn(on: DataNode | undefined): boolean {
  const labels = [text(on), ...items(on).map(text), ...entries(on).flatMap((e) => [text(e.value), ...items(e.value).map(text)])];
  return labels.some((l) => l === 'self-hosted');
}
