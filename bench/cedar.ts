/** Cedar (cedar-policy), brought by npm into the bench's own folder: the project does not depend on it. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { run } from './measure.ts';
import type { BenchRule } from './policy-input.ts';

const PACKAGE = '@cedar-policy/cedar-wasm@4';

export interface Cedar {
  readonly version: string;
  /** Hands the rules over once, as policies. What comes back asks for one path and answers with the ids of the rules that apply. */
  preparse(rules: readonly BenchRule[]): (path: string) => readonly string[];
}

/** The part of its interface that is used here. */
interface CedarModule {
  getCedarVersion(): string;
  preparsePolicySet(id: string, policies: object): { readonly type: string };
  statefulIsAuthorized(call: object): { readonly response?: { readonly diagnostics: { readonly reason: readonly string[] } } };
}

/** Cedar, or why there is none. */
export function cedarOf(folder: string): Cedar | string {
  try {
    run('npm', ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder, PACKAGE]);
    return wrapped(createRequire(join(folder, 'bench.cjs'))('@cedar-policy/cedar-wasm/nodejs') as CedarModule);
  } catch (error) {
    return (error instanceof Error ? error.message : 'it cannot be loaded').split('\n')[0] ?? '';
  }
}

function wrapped(cedar: CedarModule): Cedar {
  const who = { principal: { type: 'Change', id: 'change' }, action: { type: 'Action', id: 'land' }, context: { level: 3, tier: 2 } };
  return {
    version: cedar.getCedarVersion(),
    preparse: (rules) => {
      const set = `rules-${rules.length}`;
      const parsed = cedar.preparsePolicySet(set, { staticPolicies: Object.fromEntries(rules.map((r) => [r.id, policyText(r)])) });
      if (parsed.type !== 'success') throw new Error(`Cedar does not take the policies: ${JSON.stringify(parsed)}`);
      return (path) => {
        const resource = { type: 'File', id: path };
        const answer = cedar.statefulIsAuthorized({ ...who, resource, entities: [{ uid: resource, attrs: { path }, parents: [] }], preparsedPolicySetId: set });
        if (answer.response === undefined) throw new Error(`Cedar does not decide: ${JSON.stringify(answer)}`);
        return answer.response.diagnostics.reason;
      };
    },
  };
}

const policyText = (rule: BenchRule): string => `permit(principal, action, resource) when { (${rule.likes})${rule.when ? ' && context.level >= 3 && context.tier >= 2' : ''} };`;
