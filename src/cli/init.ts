/** Writes the starter policy and roster. Never overwrites: what decides about changes is changed by people, in a change. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { problem } from '../core/base/result.ts';
import { STARTER_POLICY, STARTER_ROSTER } from '../core/policy/starter.ts';
import { POLICY_FILE, ROSTER_FILE } from '../flows/governance.ts';
import { type Answer, EXIT, refusal } from './exit.ts';

export async function init({ repo }: { repo: string }): Promise<Answer> {
  const files = [
    [POLICY_FILE, STARTER_POLICY],
    [ROSTER_FILE, STARTER_ROSTER],
  ] as const;
  const there = files.find(([name]) => existsSync(join(repo, name)));
  if (there) return refusal([problem('USAGE', 'it is already there', { place: join(repo, there[0]), remedy: 'edit it, and land the edit like any other change' })]);
  if (!existsSync(join(repo, '.git'))) return refusal([problem('USAGE', 'this is not the top folder of a clone', { place: repo, remedy: 'name it with --repo' })]);
  for (const [name, text] of files) {
    mkdirSync(dirname(join(repo, name)), { recursive: true });
    writeFileSync(join(repo, name), text);
  }
  const next = `wrote ${files.map(([n]) => n).join(' and ')}\nnext: put your people into ${ROSTER_FILE}, commit both, land them on the target branch, then run \`countersign check\`\n`;
  return { code: EXIT.ok, stdout: next, stderr: '' };
}
