/** The question an unknown account raises, once, and its answer ready to paste. */
import { parsePerson } from './identity.ts';

/** @param account as `UnknownAccount` has it: a login, or `Name <mail>`. An attacker may have chosen it. */
export function classifyWords(account: string): string {
  const { email } = parsePerson(account);
  // a JSON string is a YAML one too, whatever it holds
  const match = email === '' ? `login: ${JSON.stringify(account)}` : `mail: ${JSON.stringify(email)}`;
  return [
    `nobody has said what ${account} is: classify it once, in .countersign/agents.yml, with one of`,
    `agents: [{ match: { ${match} }, tool: TOOL, level: agent, owner: "@TEAM" }]`,
    `automation: [{ match: { ${match} } }]`,
    `people: [{ match: { ${match} }, why: WHY }]`,
  ].join('\n');
}
