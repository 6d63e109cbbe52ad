/** A policy in plain words, rule by rule: what each is about, when it holds, whom it asks, and what ends it. */
import { conditionWords } from './condition-words.ts';
import type { Exception, Forbid, Policy, Requirement, Rule } from './document.ts';
import { seatText } from './seats.ts';
import { lengthText, momentText } from './time.ts';
import { CHANGE_CLASS_NAMES } from './words.ts';

export interface RuleWords {
  readonly id: string;
  readonly layer: string;
  readonly title: string;
  readonly lines: readonly string[];
}

/** Rules, then forbids, in their order; built-in ones last. */
export const policyWords = (policy: Policy): readonly RuleWords[] => [
  ...policy.rules.map((rule) => ruleWords(policy, rule)),
  ...policy.forbid.map(forbidWords),
  ...builtIn(policy),
];

function ruleWords(policy: Policy, rule: Rule): RuleWords {
  const { require } = rule;
  const exceptions = policy.exceptions.filter((e) => e.rule === rule.id && e.layer === rule.layer);
  return {
    id: rule.id,
    layer: rule.layer,
    title: rule.description,
    lines: [
      pathWords(rule.paths),
      ...(rule.when === null ? [] : [`when ${conditionWords(rule.when.source)}${require === null ? '; where nobody can tell, it covers nothing' : ', or where nobody can tell'}`]),
      ...(require === null ? ['asks nobody, and covers its files'] : require.stages.map((stage) => `asks for ${askWords(require, stage)}`)),
      ...(require?.ownership === true ? ['once whoever is behind the change has signed what they read, ran and do not understand'] : []),
      ...(require?.seniorToAuthor === true ? ['each of them above everybody behind the change, or a peer where nobody on the roster is above'] : []),
      ...(rule.unless === null ? [] : [`unless it is certain that ${conditionWords(rule.unless.source)}`]),
      ...windowWords(rule),
      ...termWords(rule),
      ...exceptions.map(exceptionWords),
    ],
  };
}

const askWords = (require: Requirement, stage: Requirement['stages'][number]): string => seatText({ ...require, teams: require.from.teams, people: require.from.people, stage });

function pathWords(paths: readonly string[]): string {
  if (paths.length === 1 && paths[0] === '**') return 'about every file';
  const taken = paths.filter((p) => p.startsWith('!')).map((p) => p.slice(1));
  const given = paths.filter((p) => !p.startsWith('!'));
  return `about ${given.join(', ')}${taken.length === 0 ? '' : `, but not ${taken.join(', ')}`}`;
}

const windowWords = ({ starts, until }: Pick<Rule, 'starts' | 'until'>): readonly string[] =>
  starts === null && until === null ? [] : [`holds ${starts === null ? '' : `from ${momentText(starts)} `}${until === null ? '' : `until ${momentText(until)}`}`.trimEnd()];

function termWords({ ttl, sla, onChange, route, incident }: Rule): readonly string[] {
  const moved = CHANGE_CLASS_NAMES.flatMap((name) => (onChange[name] === undefined ? [] : [`${name}: ${onChange[name]}`]));
  return [
    ...(ttl === null ? [] : [`a signature for it holds ${lengthText(ttl)}`]),
    ...(moved.length === 0 ? [] : [`where the content moves, a signature is handled so: ${moved.join(', ')}`]),
    ...(sla === null ? [] : [`somebody should have signed within ${lengthText(sla)}`]),
    ...(route === null
      ? []
      : [`goes to ${route.queue === null ? 'no queue of its own' : `the queue ${route.queue}`}${route.escalate.length === 0 ? '' : `, and then to ${route.escalate.join(', ')}`}`]),
    ...(incident === null ? [] : [`made after ${incident}`]),
  ];
}

const exceptionWords = ({ id, paths, when, owner, reason, until }: Exception): string =>
  `except for ${paths.join(', ')}${when === null ? '' : ` when it is certain that ${conditionWords(when.source)}`} until ${momentText(until)} (${id}, ${owner} answers for it: ${reason})`;

const forbidWords = ({ id, layer, reason, paths, when, unless, ...window }: Forbid): RuleWords => ({
  id,
  layer,
  title: reason,
  lines: [
    'refuses, whoever signs',
    pathWords(paths ?? ['**']),
    ...(when.source.trim() === 'true' ? [] : [`when ${conditionWords(when.source)}, or where nobody can tell`]),
    ...(unless === null ? [] : [`unless it is certain that ${conditionWords(unless.source)}`]),
    ...windowWords(window),
  ],
});

/** What no policy can switch off. */
function builtIn({ ladder }: Policy): readonly RuleWords[] {
  const level = ladder.values[Math.max(0, ladder.values.length - 2)] ?? null;
  const ask = `asks for ${seatText({ humans: 1, level, domains: [], teams: [] })}`;
  return [
    {
      id: 'countersign.protected-files',
      layer: 'built in',
      title: 'What decides about changes',
      lines: ['about countersign.yml and .countersign/**, and .githooks/** and .husky/** in any folder', ask],
    },
    { id: 'countersign.target-missing', layer: 'built in', title: 'A ref that does not exist yet', lines: ['about every file, where the target ref does not exist', ask] },
  ];
}
