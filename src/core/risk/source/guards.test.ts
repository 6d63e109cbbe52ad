import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson, parseYaml } from '../../../adapters/languages/data.ts';
import { detect } from '../detect.ts';
import type { FileEvidence, Parsed } from '../evidence.ts';
import type { Risk } from '../risk.ts';
import { guards } from './guards.ts';
import { weakenings } from './weaker.ts';

const parsed = (path: string, text: string): Parsed => (/\.ya?ml$/.test(path) ? parseYaml(text) : path.endsWith('.json') ? parseJson(text) : { kind: 'text', text });
const file = (path: string, before: string | null, after: string | null): FileEvidence => ({
  path,
  status: before === null ? 'A' : after === null ? 'D' : 'M',
  oldMode: before === null ? '000000' : '100644',
  newMode: after === null ? '000000' : '100644',
  ...(before === null ? {} : { base: parsed(path, before) }),
  ...(after === null ? {} : { head: parsed(path, after) }),
});
const look = (...files: readonly FileEvidence[]): Risk => detect([guards], { plan: null, files });
const fired = (path: string, before: string | null, after: string | null): string =>
  look(file(path, before, after))
    .findings.flatMap((f) => (f.rule === 'META004' ? [f.severity] : []))
    .join() || 'silent';

describe('owners', () => {
  const BASE = '* @acme/core\n/db/ @acme/dba\n';
  it.each<[string, string, string]>([
    ['a rule goes and others own what it owned', '* @acme/core\n', 'high'],
    ['all of it goes but comments', '# nothing\n', 'critical'],
    ['a rule that owns nothing takes paths away', `${BASE}/db/views/\n`, 'critical'],
    ['a rule takes paths from their owner', `${BASE}/db/views/ @mallory\n`, 'high'],
    ['another owner may approve too', '* @acme/core @mallory\n/db/ @acme/dba\n', 'high'],
    ['order turns the narrow rule off', '/db/ @acme/dba\n* @acme/core\n', 'high'],
    ['a rule for what is owned by the same', `${BASE}/web/ @acme/core\n`, 'elevated'],
    ['a comment', `# ours\n${BASE}`, 'elevated'],
    ['an owner less', '* @acme/core\n/db/ @acme/dba\n', 'silent'],
  ])('%s', (_, after, severity) => expect(fired('.github/CODEOWNERS', BASE, after)).toBe(severity));

  it('that are new where nobody was', () => expect(fired('CODEOWNERS', '/db/ @acme/dba\n', '/db/ @acme/dba\n/web/ @acme/web\n')).toBe('elevated'));
  it('that move are compared, not lost', () => {
    const risk = look(file('CODEOWNERS', BASE, null), file('.github/CODEOWNERS', null, `${BASE}/x/ @acme/core\n`));
    expect(risk.findings.map((f) => [f.place.path, f.severity])).toEqual([['.github/CODEOWNERS', 'elevated']]);
    expect(look(file('CODEOWNERS', BASE, null)).tier).toBe('critical');
  });
  it('of which a section asks for fewer', () => expect(fired('.gitlab/CODEOWNERS', '[db][2]\n* @a @b\n', '[db]\n* @a @b\n')).toBe('critical'));
});

describe('policies, hooks and rulesets', () => {
  const POLICY = 'version: 1\nrules:\n  - id: a\n    when: x\n    require: {humans: 2}\n';
  const RULESET = '{"enforcement": "active", "rules": [{"type": "deletion"}, {"type": "pull_request", "count": 2}], "bypass_actors": []}';
  const HOOKS = 'repos:\n  - repo: x\n    rev: v1\n    hooks:\n      - id: gitleaks\n      - id: ruff\n        exclude: ^docs/\n';
  it.each<[string, string, string | null, string]>([
    ['countersign.yml', POLICY, `${POLICY}  - id: b\n    when: y\n    require: {humans: 1}\n`, 'elevated'],
    ['countersign.yml', POLICY, POLICY.replace('humans: 2', 'humans: 1'), 'critical'],
    ['countersign.yml', POLICY, `${POLICY}settings: {}\n`, 'critical'],
    ['countersign.yml', POLICY, null, 'critical'],
    ['.countersign/roster.yml', 'people: []\n', 'people: [{id: m}]\n', 'critical'],
    ['.countersign/roster.yml', 'people: [] \n', '# ours\npeople: []\n', 'elevated'],
    ['.github/rulesets/main.json', RULESET, RULESET.replace('active', 'evaluate'), 'critical'],
    ['.github/rulesets/main.json', RULESET, RULESET.replace('{"type": "deletion"}, ', ''), 'critical'],
    ['.github/rulesets/main.json', RULESET, RULESET.replace('"count": 2', '"count": 1'), 'critical'],
    ['.github/rulesets/main.json', RULESET, RULESET.replace('[]}', '[{"actor_id": 5}]}'), 'critical'],
    ['.github/rulesets/main.json', RULESET, RULESET.replace('"count": 2', '"count": 3'), 'elevated'],
    ['.github/rulesets/main.json', RULESET, RULESET.replace('{"type": "deletion"}', '{"type": "deletion"}, {"type": "update"}'), 'elevated'],
    ['.github/rulesets/main.json', RULESET, '{', 'critical'],
    ['.pre-commit-config.yaml', HOOKS, HOOKS.replace('v1', 'v2'), 'elevated'],
    ['.pre-commit-config.yaml', HOOKS, HOOKS.replace('v1', 'v2').replace('      - id: ruff', '      - id: black\n      - id: ruff'), 'elevated'],
    ['.pre-commit-config.yaml', HOOKS, HOOKS.replace('      - id: gitleaks\n', ''), 'critical'],
    ['.pre-commit-config.yaml', HOOKS, HOOKS.replace('^docs/', '^(docs|src)/'), 'critical'],
    ['kyverno/require.yaml', 'spec: {validationFailureAction: Enforce}\n', 'spec: {validationFailureAction: Audit}\n', 'critical'],
    ['kyverno/require.yaml', 'spec: {validationFailureAction: Audit}\n', 'spec: {validationFailureAction: Enforce}\n', 'elevated'],
    ['policy/deny.rego', 'deny[msg] { x }\n', 'deny[msg] { x }\nviolation[msg] { y }\n', 'elevated'],
    ['policy/deny.rego', 'deny[msg] { x }\n', 'violation[msg] { y }\n', 'critical'],
    ['policy/deny.rego', 'default allow := false\n', 'default allow := false\nallow { true }\n', 'critical'],
    ['.husky/pre-push', 'npm test\n', 'npm test\nnpm run lint\n', 'high'],
    ['.husky/pre-push', 'npm test\n', 'true\n', 'critical'],
    ['.husky/pre-push', 'npm test\n', '# why\nnpm test\n', 'elevated'],
    ['.gitmodules', '[submodule "a"]\nurl = x\n', '[submodule "a"]\nurl = y\n', 'high'],
    ['.gitattributes', '*.png binary\n', '*.png binary\n*.ts linguist-generated\n', 'high'],
    ['.gitattributes', '*.png binary\n', '*.png binary\n*.ts filter=hide\n', 'critical'],
    ['.gitattributes', '*.png binary\n', '*.png binary\n*.psd filter=lfs\n', 'elevated'],
  ])('%s: %s becomes %s', (path, before, after, severity) => expect(fired(path, before, after)).toBe(severity));

  it.each([
    ['countersign.yml', 'elevated'],
    ['.husky/pre-push', 'high'],
    ['eslint.config.js', 'silent'],
  ])('%s is new', (path, severity) => expect(fired(path, null, 'x')).toBe(severity));
  it.each(['src/hooks.ts', 'tests/conftest.py', 'web/hooks/use-session.ts', 'webhooks/pre-commit.md'])('%s guards nothing', (path) => expect(fired(path, 'a', 'b')).toBe('silent'));
});

describe('linters and scanners', () => {
  const ESLINT = '{"rules": {"no-eval": "error", "semi": "warn"}, "ignorePatterns": ["dist"]}';
  it.each<[string, string, string | null, string]>([
    ['.eslintrc.json', ESLINT, ESLINT.replace('error', 'off'), 'high'],
    ['.eslintrc.json', ESLINT, ESLINT.replace('"no-eval": "error", ', ''), 'high'],
    ['.eslintrc.json', ESLINT, ESLINT.replace('["dist"]', '["dist", "src"]'), 'elevated'],
    ['.eslintrc.json', ESLINT, ESLINT.replace('warn', 'error'), 'silent'],
    ['.eslintrc.json', ESLINT, ESLINT.replace('{"no-eval"', '{"no-new": "error", "no-eval"'), 'silent'],
    ['.eslintrc.json', ESLINT, null, 'critical'],
    ['eslint.config.mjs', "  'no-eval': 'error',\n", "  'no-eval': 'off',\n", 'high'],
    ['eslint.config.mjs', "  'no-eval': 'error',\n", "  'no-eval': 'error',\n  'semi': 'error',\n", 'silent'],
    ['ruff.toml', 'select = ["E"]\n', 'select = ["E"]\nextend-ignore = ["S"]\n', 'elevated'],
    ['.checkov.yaml', 'check:\n  - CKV_1\n', 'check: []\n', 'critical'],
    ['.checkov.yaml', 'check: [a]\n', 'check: [a]\nskip-check: [CKV_1]\n', 'high'],
    ['.trivyignore', 'CVE-1\n', 'CVE-1\nCVE-2\n', 'high'],
    ['.trivyignore', 'CVE-1\nCVE-2\n', 'CVE-1\n', 'silent'],
    ['.gitleaks.toml', '[extend]\nuseDefault = true\n', '[extend]\nuseDefault = false\n', 'critical'],
  ])('%s: %s becomes %s', (path, before, after, severity) => expect(fired(path, before, after)).toBe(severity));

  it('that go with what they looked at, or leave it to a folder above, are less', () => {
    expect(look(file('a/.checkov.yaml', 'check: [a]\n', null), file('a/package.json', '{}', null)).tier).toBe('elevated');
    expect(fired('a/.eslintrc.json', ESLINT, null)).toBe('elevated');
    expect(fired('.gitattributes', '*.png binary\n', null)).toBe('elevated');
  });
  it('of which one follows another', () => {
    const risk = look(file('.eslintrc.json', ESLINT, null), file('eslint.config.js', null, 'export default []'));
    expect(risk.tier).toBe('high');
  });
});

describe('weakenings', () => {
  const json = fc.json({ maxDepth: 4 });
  it('none against itself, and never throws', () => {
    fc.assert(fc.property(json, (a) => weakenings(parseJson(a).documents, parseJson(a).documents).length === 0));
    fc.assert(fc.property(json, json, (a, b) => weakenings(parseJson(a).documents, parseJson(b).documents).length <= 50));
  });
});
