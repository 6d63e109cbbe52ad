/**
 * The catalogue of rules, read out of the source: docs/spec/findings.md is made of it (`vitest -u` writes it anew). Ids are stable
 * and never used twice, and no rule stands that no test ever saw fire.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { TIERS } from '../../src/core/risk/risk.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const risk = 'src/core/risk';
const files = readdirSync(join(root, risk), { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.ts'));
const read = (file: string): string => readFileSync(join(root, risk, file), 'utf8');

interface Row {
  readonly id: string;
  readonly slug: string;
  readonly tier: string;
  readonly confidence: string;
  readonly safe: readonly string[];
  readonly file: string;
}

const RULE = /\brule\(\s*'([A-Z]{1,5}\d{3,4})',\s*'([\w-]+)',\s*'(\w+)',\s*'(\w+)'(?:,\s*\[([\s\S]*?)\](?:,?\s*\)))?/g;
const TEXT = /'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|\b([A-Z][A-Z_]+)\b/g;

/** What of a list of reasons is written out, or is a constant of the same file. */
function reasons(list: string, source: string): readonly string[] {
  const constant = (name: string): string => new RegExp(`const ${name}(?:: string)? =\\s*(?:'([^']*)'|"([^"]*)")`).exec(source)?.slice(1).find(Boolean) ?? name;
  return [...list.matchAll(TEXT)].map(([, a, b, name]) => (name === undefined ? (a ?? b ?? '').replace(/\\(.)/g, '$1') : constant(name)));
}

const sources = files.filter((f) => !f.endsWith('.test.ts') && f !== 'finding.ts');
const made = sources.flatMap((file) =>
  [...read(file).matchAll(RULE)].map(
    ([, id = '', slug = '', tier = '', confidence = '', safe = '']): Row => ({ id, slug, tier, confidence, file, safe: reasons(safe, read(file)) }),
  ),
);
/** A rule that is seen in two ways, as in a plan and in source, is made twice: one row says both. */
const rows: readonly Row[] = [...Map.groupBy(made, (r) => r.id).values()]
  .map((same) => {
    const [first] = same;
    if (first === undefined) throw new Error('nothing');
    return { ...first, confidence: [...new Set(same.map((r) => r.confidence))].join(', '), tier: worst(same.map((r) => r.tier)), safe: [...new Set(same.flatMap((r) => r.safe))] };
  })
  .sort((a, b) => (a.id < b.id ? -1 : 1));

function worst(tiers: readonly string[]): string {
  return TIERS.values.findLast((t) => tiers.includes(t)) ?? 'unknown';
}

const TITLES: { readonly [prefix: string]: string } = {
  AUTH: 'Authorisation, authentication, cryptography in code',
  CF: 'CloudFormation and CDK',
  CFG: 'Limits, content and contracts of configuration',
  CI: 'Workflows',
  DEP: 'Lockfiles and dependencies',
  FLAG: 'Feature flags',
  IAM: 'Who may do what',
  K: 'Kubernetes',
  META: 'The change itself, and what decides about it',
  NET: 'Routing, mesh, DNS',
  PATH: 'By path alone',
  PROV: 'Provenance',
  PU: 'Pulumi',
  SH: 'Commands',
  SQL: 'SQL migrations',
  SRC: 'Characters of source text',
  TF: 'Terraform and OpenTofu',
};
const kind = (id: string): string => id.replace(/\d+$/, '');

function table(): string {
  const parts = [...Map.groupBy(rows, (r) => kind(r.id))].map(([prefix, some]) => {
    const lines = some.map((r) => `| ${r.id} | ${r.slug} | ${r.tier} | ${r.confidence} | ${r.safe.join('; ')} |`);
    return `## ${TITLES[prefix] ?? prefix}\n\n| rule | name | tier | seen by | what makes it safe |\n|---|---|---|---|---|\n${lines.join('\n')}\n`;
  });
  return `# Findings

Every rule there is: ${rows.length}. The tier is the usual one; where the facts say more or less, a finding does too. \`exact\` rests on a tree or
a plan, \`inferred\` on several facts together, \`heuristic\` on a pattern in text. Ids are stable and never used twice. What a finding
is as JSON: [risk.schema.json](risk.schema.json). What a tier leads to: [policy.md](policy.md).

${parts.join('\n')}`;
}

it('is what docs/spec/findings.md says', async () => {
  expect(rows.length).toBeGreaterThan(50);
  await expect(table()).toMatchFileSnapshot('../../docs/spec/findings.md');
});

it('has one name for every id, a tier and a title that exist', () => {
  const named = [...Map.groupBy(made, (r) => r.id)].filter(([, same]) => new Set(same.map((r) => r.slug)).size > 1);
  expect(named.map(([id, same]) => `${id}: ${same.map((r) => r.slug).join(', ')}`)).toEqual([]);
  expect(rows.filter((r) => r.tier === 'unknown' || TITLES[kind(r.id)] === undefined).map((r) => r.id)).toEqual([]);
});

it('reads every rule that is made', () => {
  const calls = sources.map((f) => [f, [...read(f).matchAll(/\brule\(/g)].length, made.filter((r) => r.file === f).length] as const);
  expect(calls.filter(([, written, found]) => written !== found)).toEqual([]);
});

it('holds no rule that no test names', () => {
  const cases = readFileSync(join(root, 'src/testing/sql-cases.ts'), 'utf8');
  const tests = [cases, ...files.filter((f) => f.endsWith('.test.ts')).map(read)].join('\n');
  expect(rows.filter((r) => !tests.includes(r.id)).map((r) => r.id)).toEqual([]);
});
