/** A proposal on a terminal: what is proposed and why, what it would have meant lately, what only the people there can answer. Every name and title is somebody else's word. */
import type { ProposedPerson } from '../core/policy/propose/people.ts';
import { dayOf } from '../core/policy/propose/words.ts';
import type { Onboarded } from '../flows/onboard.ts';
import { answerLines } from './init-answer.ts';
import type { InitFile } from './init-files.ts';
import { plural, whole } from './simulate-words.ts';
import { type Ink, visibleWithin } from './terminal.ts';
import { row } from './text-rows.ts';

/** Listed; the file has the rest. */
const PEOPLE = 6;

export function initText(dirty: Onboarded, files: readonly InitFile[], paper: Ink): string {
  const { proposal, branch, tip, answer, notes, notSeen, history } = visibleWithin(shownOf(dirty));
  const blocks = [
    [paper.bold(headline(branch, tip, history.commits))],
    proposed(proposal),
    systems(proposal, paper),
    rules(proposal),
    people(proposal),
    marks(history),
    answer === null ? [] : [paper.bold('What it would have meant'), ...answerLines(answer)],
    titled('Only you can say', proposal.questions, paper),
    titled('Not seen', [...notSeen, ...notes, ...(answer?.notSeen ?? [])], paper),
    there(files, paper),
  ];
  return `${blocks
    .filter((b) => b.length > 0)
    .map((b) => b.join('\n'))
    .join('\n\n')}\n`;
}

const shownOf = ({ proposal, seen: { branch, notSeen, history }, tip, answer, notes }: Onboarded) => {
  const { commits, marked, tools, newest } = history;
  return { proposal, branch, tip, answer, notes, notSeen, history: { commits, marked, tools, newest } };
};

const headline = (branch: string | null, tip: string | null, commits: number): string =>
  tip === null
    ? 'A proposal for a repository without a commit'
    : `A proposal from ${branch?.replace(/^refs\/heads\//, '') ?? 'HEAD'} at ${tip.slice(0, 12)} and ${plural(commits, 'commit')} behind it`;

const proposed = ({ profile, refs }: Onboarded['proposal']): readonly string[] => [
  ...row('profile', `${profile.name}: ${profile.because}`),
  ...row('mode', 'observe: gates begin by watching; what they would deny passes and is counted'),
  ...row('protected', `${refs.globs.join(', ')}: ${refs.because}`),
];

function systems({ systems: all }: Onboarded['proposal'], paper: Ink): readonly string[] {
  return all.flatMap((s) => [
    ...row('system', `${paper.bold(s.id)}  criticality ${s.criticality}  ${s.paths.slice(0, 3).join(' ')}${s.paths.length > 3 ? ` and ${s.paths.length - 3} more` : ''}`),
    ...row('', [s.because, s.activity].filter((part) => part !== '').join('; ')),
  ]);
}

const rules = ({ rules: all }: Onboarded['proposal']): readonly string[] => all.flatMap((r) => row('rule', `${r.id}: ${r.description}. ${r.because}`));

function people({ people: { people: all, agents, left, invented } }: Onboarded['proposal']): readonly string[] {
  const more = all.length - PEOPLE;
  return [
    ...(invented ? [] : row('roster', `${plural(all.length, 'person', 'people')}${left > 0 ? `, ${whole(left)} left off` : ''}; names and addresses are what commits claim`)),
    ...all.slice(0, PEOPLE).flatMap((p) => row('', `${p.id} ${levelOf(p)}: ${p.because}`)),
    ...(more > 0 ? row('', `and ${plural(more, 'more', 'more')}, each with reasons in the file`) : []),
    ...agents.slice(0, 3).flatMap((a) => row('agent', `${a.id}, answered for by ${a.owner}: ${a.because}`)),
    ...(agents.length > 3 ? row('', `and ${whole(agents.length - 3)} more`) : []),
  ];
}

const levelOf = ({ senior, guess }: ProposedPerson): string => (senior ? `L6${guess === null ? '' : ` (${guess})`}` : 'L4 (the lowest)');

function marks({ marked, commits, tools, newest }: ReturnType<typeof shownOf>['history']): readonly string[] {
  if (commits === 0) return [];
  const by = tools
    .slice(0, 4)
    .map((t) => `${t.tool} ${whole(t.commits)}`)
    .join(', ');
  return row(
    'AI',
    `${whole(marked)} of ${plural(commits, 'commit')} say so themselves${by === '' ? '' : `: ${by}`}; the rest says nothing, which proves nothing. Newest landing ${newest === null ? 'unknown' : dayOf(newest)}`,
  );
}

const titled = (title: string, lines: readonly string[], paper: Ink): readonly string[] =>
  lines.length === 0 ? [] : [paper.bold(title), ...lines.flatMap((line) => row('-', line))];

/** What is there already, and what the proposal has that it has not. */
function there(files: readonly InitFile[], paper: Ink): readonly string[] {
  return files.flatMap((f) => {
    if (f.state === 'new') return [];
    const said = f.state === 'there' ? 'is there and stays as it is' : 'is not written';
    return [
      paper.bold(`${f.path} ${said}`),
      ...(f.differences.length === 0 ? row('-', 'the proposal has nothing it has not') : f.differences.flatMap((d) => row('-', visibleWithin(d)))),
    ];
  });
}
