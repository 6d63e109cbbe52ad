/**
 * Conditions in plain words, for people who read a policy and do not write one. Only forms that are short and common have
 * words: facts compared with a word or a number, joined by `&&`. Everything else is shown as it is written.
 */
import { TIERS } from '../risk/risk.ts';

type Comparison = (operator: string, value: string) => string | undefined;

const PROVENANCE: { readonly [level: string]: string } = {
  suggestion: 'an AI suggested some of it, or nobody proved otherwise',
  assisted: 'an AI had a hand in it, or silence counts as that',
  agent: 'an agent made it',
};

const COMPARED: { readonly [fact: string]: Comparison } = {
  'risk.tier': (op, tier) => (op === '>=' ? `what was found is ${tier}${tier === TIERS.values.at(-1) ? '' : ' or worse'}` : undefined),
  'risk.percentile': (op, value) => (op === '>=' ? `history makes it riskier than ${value} of 100 changes` : undefined),
  'provenance.level': (op, level) => (op === '>=' && Object.hasOwn(PROVENANCE, level) ? PROVENANCE[level] : undefined),
  'system.criticality': (op, value) => criticality(op, Number(value)),
  'author.level': (op, level) => {
    const words = { '<': `below ${level}`, '<=': `at ${level} or below`, '>=': `at ${level} or above`, '>': `above ${level}`, '==': `at ${level}` }[op];
    return words === undefined ? undefined : `the author is ${words}`;
  },
  'people.unresolved': (op, value) => (op === '>' && value === '0' ? 'somebody behind it is nobody on the roster' : undefined),
};

const FLAGS: { readonly [fact: string]: string } = {
  'author.senior': 'the author is senior',
  '!author.senior': 'the author is not senior',
  'lane.open': 'the sample read after landing found little',
  '!lane.open': 'the sample read after landing found too much',
  'plan.present': 'a plan, change set or preview was handed in',
  '!plan.present': 'no plan, change set or preview was handed in',
  'plan.missing': 'infrastructure changes and no plan says what that does',
  '!plan.missing': 'a plan covers what infrastructure changes',
};

/** 1 is the most critical, 4 the least, and 5 means that no system is touched. */
function criticality(op: string, value: number): string | undefined {
  if (!(value >= 1 && value <= 4)) return undefined;
  const upTo = (last: number): string => `a system of criticality ${last === 1 ? '1' : `1 to ${last}`}`;
  if (op === '<=') return `it touches ${upTo(value)}`;
  if (op === '>=' && value > 1) return `it does not touch ${upTo(value - 1)}`;
  return op === '==' ? `the most critical system it touches has criticality ${value}` : undefined;
}

/** @param source of a condition that has loaded. */
export function conditionWords(source: string): string {
  const written = source.trim();
  if (/[("|]/.test(written)) return written;
  const parts = written.split('&&').map((part) => part.trim());
  const words = parts.map(partWords);
  return words.every((w) => w === undefined) ? written : `${words.map((w, i) => w ?? parts[i]).join(', and ')} [${written}]`;
}

function partWords(part: string): string | undefined {
  if (Object.hasOwn(FLAGS, part)) return FLAGS[part];
  const [, fact = '', op = '', value = ''] = /^([\w.]+)\s*(>=|<=|==|<|>)\s*(\w+)$/.exec(part) ?? [];
  return Object.hasOwn(COMPARED, fact) ? COMPARED[fact]?.(op, value) : undefined;
}
