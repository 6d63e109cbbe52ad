/** What a token to be is, and what is still missing of it. */

export const SCOPES = {
  read: 'read what you read',
  push: 'fetch and push over git',
  gate: 'ask the question of every gate',
} as const;
export type Scope = keyof typeof SCOPES;

/** Days, and how they are called. */
export const SPANS = [
  [7, 'a week'],
  [30, '30 days'],
  [90, '90 days'],
  [365, 'a year'],
] as const;

export interface TokenDraft {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly days: number;
  /** Whose pushes they are: one's own, or an agent's; empty: one's own. */
  readonly account: string;
}

export const EMPTY: TokenDraft = { name: '', scopes: [], days: 30, account: '' };

export function missing({ name, scopes }: TokenDraft): readonly string[] {
  return [...(name.trim() === '' ? ['a name'] : []), ...(scopes.length === 0 ? ['what it may do'] : [])];
}

export const bodyOf = ({ name, scopes, days, account }: TokenDraft): Record<string, unknown> => ({
  ...{ name: name.trim(), scopes, days },
  ...(account === '' || !scopes.includes('push') ? {} : { account }),
});

export const toggled = (scopes: readonly Scope[], scope: Scope): readonly Scope[] => (scopes.includes(scope) ? scopes.filter((s) => s !== scope) : [...scopes, scope]);
