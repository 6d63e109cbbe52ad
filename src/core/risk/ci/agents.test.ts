import { describe, expect, it } from 'vitest';
import { languages } from '../../../adapters/languages/index.ts';
import { sampleTree } from '../../../testing/tree.ts';
import { detect } from '../detect.ts';
import { agents } from './agents.ts';
import { rollouts } from './rollouts.ts';

async function fired(path: string, before: string | null, after: string | null): Promise<readonly string[]> {
  const { records, read } = sampleTree({ [path]: [before, after] });
  return detect([agents, rollouts], { files: await languages().parse(records, read), plan: null }).findings.map((f) => `${f.rule}:${f.severity} ${f.place.object ?? ''}`.trim());
}
const json = (value: unknown): string => JSON.stringify(value, null, 2);
const SETTINGS = '.claude/settings.json';

describe('configuration of agents', () => {
  it.each([
    ['a hook comes', SETTINGS, json({ model: 'x' }), json({ model: 'x', hooks: { PreToolUse: [{ hooks: [{ type: 'command', command: './x' }] }] } }), ['CI111:high hooks']],
    ['a hook runs something else', SETTINGS, json({ hooks: { Stop: [{ command: 'a' }] } }), json({ hooks: { Stop: [{ command: 'b' }] } }), ['CI111:high hooks']],
    ['more tools are allowed', SETTINGS, json({ permissions: { allow: ['Read'] } }), json({ permissions: { allow: ['Read', 'Bash(*)'] } }), ['CI111:high permissions']],
    ['nothing is denied any more', SETTINGS, json({ permissions: { deny: ['Bash(rm:*)'] } }), json({}), ['CI111:high permissions']],
    ['a mode changes', SETTINGS, json({ defaultMode: 'plan' }), json({ defaultMode: 'bypassPermissions' }), ['CI111:high defaultMode']],
    ['a server comes', '.mcp.json', json({ mcpServers: {} }), json({ mcpServers: { x: { command: 'npx', args: ['x'] } } }), ['CI111:high mcpServers']],
    ['a server for one editor', '.cursor/mcp.json', null, json({ mcpServers: { x: { url: 'https://x.example' } } }), ['CI111:high mcpServers']],
    ['a sandbox goes', '.codex/config.toml', 'sandbox_mode = "read-only"\n', 'sandbox_mode = "danger-full-access"\n', ['CI111:high sandbox_mode']],
    ['settings that do not parse', SETTINGS, json({}), '{"hooks": [', ['CI111:high', 'META001:high']],
    ['a script of a hook', '.claude/hooks/pre.sh', 'a\n', 'b\n', ['CI111:high']],
    ['another word', SETTINGS, json({ model: 'x' }), json({ model: 'y' }), ['CI111:elevated']],
    ['instructions', 'CLAUDE.md', 'a\n', 'b\n', ['CI111:elevated']],
    ['instructions for all', 'pkg/AGENTS.md', null, 'b\n', ['CI111:elevated']],
    ['rules of an editor', '.cursor/rules/x.mdc', 'a\n', 'b\n', ['CI111:elevated']],
    ['instructions of a forge', '.github/copilot-instructions.md', 'a\n', null, ['CI111:elevated']],
    ['the same in another order', SETTINGS, json({ permissions: { allow: ['A'] }, model: 'x' }), json({ model: 'x', permissions: { allow: ['A'] } }), ['CI111:elevated']],
    ['white space', 'CLAUDE.md', 'a b\n', 'a  b\n\n', []],
    ['a page like any other', 'docs/agents-guide.md', 'a\n', 'b\n', []],
    ['a copy of somebody else', 'vendor/x/CLAUDE.md', 'a\n', 'b\n', []],
    ['a file of that name in code', 'src/settings.json', json({ hooks: 1 }), json({ hooks: 2 }), []],
  ] as const)('%s', async (_, path, before, after, expected) => expect(await fired(path, before, after)).toEqual(expected));
});

describe('objects that roll out', () => {
  const rollout = (steps: string): string => `apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata:\n  name: web\nspec:\n  strategy:\n    canary:\n      steps:\n${steps}`;
  const SLOW = '        - setWeight: 10\n        - pause: {duration: 1h}\n        - analysis: {templates: [{templateName: ok}]}\n';
  const canary = (weight: number): string => `kind: Canary\nmetadata:\n  name: web\nspec:\n  analysis:\n    stepWeight: ${weight}\n`;
  it.each([
    ['a pause goes', rollout(SLOW), rollout(SLOW.replace(/ +- pause.*\n/, '')), 1],
    ['the analysis goes', rollout(SLOW), rollout(SLOW.replace(/ +- analysis.*\n/, '')), 1],
    ['more at once', rollout(SLOW), rollout(SLOW.replace('10', '80')), 1],
    ['steps are larger', canary(5), canary(50), 1],
    [
      'a condition is another',
      'kind: AnalysisTemplate\nmetadata: {name: ok}\nspec:\n  metrics:\n    - name: e\n      failureLimit: 1\n',
      'kind: AnalysisTemplate\nmetadata: {name: ok}\nspec:\n  metrics:\n    - name: e\n      failureLimit: 9\n',
      1,
    ],
    ['less at once', rollout(SLOW), rollout(SLOW.replace('10', '5')), 0],
    ['one pause more', rollout(SLOW), rollout(`${SLOW}        - pause: {}\n`), 0],
    ['steps are smaller', canary(50), canary(5), 0],
  ] as const)('%s', async (_, before, after, n) =>
    expect(await fired('k8s/web.yaml', before, after)).toEqual(Array.from({ length: n }, () => expect.stringContaining('CI109:critical'))),
  );
});
