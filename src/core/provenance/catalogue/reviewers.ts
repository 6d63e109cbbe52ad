/** AI reviewers: as a co-author one of their suggestions was accepted; as an author they wrote the commit. */
import { account, type Tool } from './tool.ts';

const reviewer = (id: string, name: string, ids: readonly number[], ...logins: readonly string[]): Tool => ({
  id,
  name,
  accounts: [account(ids, logins, { coAuthor: 'suggestion' })],
});

export const REVIEWERS: readonly Tool[] = [
  reviewer('gemini-review', 'Gemini Code Assist', [176961590], 'gemini-code-assist[bot]'),
  reviewer('coderabbit', 'CodeRabbit', [136622811], 'coderabbitai[bot]'),
  reviewer('ellipsis', 'Ellipsis', [65095814], 'ellipsis-dev[bot]'),
  reviewer('sourcery', 'Sourcery', [58596630], 'sourcery-ai[bot]'),
  reviewer('cubic', 'cubic', [191113872], 'cubic-dev-ai[bot]'),
  reviewer('greptile', 'Greptile', [165735046], 'greptile-apps[bot]'),
  reviewer('qodo', 'Qodo', [], 'qodo-merge-pro[bot]', 'qodo-code-review[bot]'),
  reviewer('seer', 'Seer', [], 'seer-by-sentry[bot]'),
];
