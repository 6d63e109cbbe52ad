/** A proposal as `.countersign/roster.yml`, and as `.countersign/agents.yml` where somebody has to be classified. */
import { comment, plainOrQuoted, quoted } from '../yaml-text.ts';
import { agentEntry } from './agent-entry.ts';
import type { ProposedAgent, ProposedPerson } from './people.ts';
import { said } from './policy-text.ts';
import type { Proposal } from './proposal.ts';
import { counted, wordText } from './words.ts';

export function rosterText({ people: { people, agents, left, regular }, profile }: Proposal, at: string): string {
  return [
    ...said(
      `Who may sign, and whose hand is behind which address and account. Proposed by countersign init from ${at}. Names and addresses are what commits claim: look at each before it lands.`,
    ),
    ...said(
      `Left off: ${left} with less than ${counted(regular.commits, 'commit')} in ${counted(regular.weeks, 'week')} of the year or silent for half of it, and everybody before it. Bots and agents never fill a seat.`,
    ),
    ...(profile.name === 'solo' ? ['# With a second person here nobody signs alone any more: then extend profile:small-team.'] : []),
    '',
    'version: 1',
    '',
    'people:',
    ...people.flatMap(personText),
    '',
    ...(agents.length === 0 ? ['agents: []'] : ['# Who answers for a bot or an agent signs nothing it made.', 'agents:', ...agents.flatMap(agentText)]),
    '',
  ].join('\n');
}

function personText({ id, name, senior, emails, accounts, because, guess, joined }: ProposedPerson): readonly string[] {
  return [
    ...said(because, '  '),
    `  - id: ${plainOrQuoted(id)}`,
    `    name: ${quoted(name)}`,
    `    level: ${senior ? 'L6' : 'L4'}   ${comment(guess ?? (senior ? 'nobody else is there' : 'the lowest: history says nothing of levels'))}`,
    ...(joined.length === 0 ? [] : said(`joined by the name alone: ${joined.map(wordText).join(', ')}; if that is somebody else, they need an entry of their own`, '    ')),
    `    emails: [${emails.map(quoted).join(', ')}]`,
    `    accounts: [${accounts.map(quoted).join(', ')}]`,
  ];
}

const agentText = ({ id, owner, emails, accounts, because }: ProposedAgent): readonly string[] => [
  ...said(because, '  '),
  `  - id: ${plainOrQuoted(id)}`,
  `    owner: ${plainOrQuoted(owner)}`,
  `    emails: [${emails.map(quoted).join(', ')}]`,
  `    accounts: [${accounts.map(quoted).join(', ')}]`,
];

/** null: the catalogue knows everybody who was seen. */
export function agentsText({ people: { agents } }: Proposal, at: string): string | null {
  const unknown = agents.flatMap((agent) => (agent.unknown === null ? [] : [{ ...agent, account: agent.unknown }]));
  if (unknown.length === 0) return null;
  return [
    ...said(
      `Accounts that call themselves bots or agents and that no catalogue knows, by ${at}. Each counts as an agent until somebody who knows it moves it under automation: as { match: ... }.`,
    ),
    '',
    'version: 1',
    '',
    'agents:',
    ...unknown.flatMap((agent) => [
      ...said(agent.because, '  '),
      `  - ${agentEntry({ account: agent.account, name: agent.name, email: agent.emails[0] ?? '', owner: agent.owner })}`,
    ]),
    '',
  ].join('\n');
}
