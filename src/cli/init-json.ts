/** A proposal as JSON: docs/spec/init.schema.json. Strings are as they were found; whoever prints them makes them visible. */
import type { Onboarded } from '../flows/onboard.ts';
import type { InitFile } from './init-files.ts';

export interface Done {
  readonly exit: number;
  readonly wrote: readonly string[];
  readonly dryRun: boolean;
}

export const initJson = ({ proposal, seen, tip, answer, notes }: Onboarded, files: readonly InitFile[], { exit, wrote, dryRun }: Done) => ({
  version: 1,
  exit,
  wrote,
  dryRun,
  looked: { branch: seen.branch, tip, commits: seen.history.commits, files: seen.files.length, marked: seen.history.marked, tools: seen.history.tools },
  proposal: {
    profile: proposal.profile,
    mode: 'observe',
    protected: proposal.refs,
    systems: proposal.systems.map(({ id, name, criticality, paths, because, activity }) => ({ id, name, criticality, paths, because, activity })),
    rules: proposal.rules.map(({ id, description, paths, because }) => ({ id, description, paths, because })),
    people: proposal.people.people.map(({ id, name, senior, emails, accounts, because, guess, joined }) => ({ id, name, senior, emails, accounts, because, guess, joined })),
    agents: proposal.people.agents.map(({ id, owner, emails, accounts, because }) => ({ id, owner, emails, accounts, because })),
    leftOff: proposal.people.left,
    questions: proposal.questions,
  },
  simulation: answer,
  notSeen: [...seen.notSeen, ...notes],
  files,
});
